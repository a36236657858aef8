import { sha256Hex } from '../../shared/core/digest.ts';
import { displayText } from '../../shared/core/display-text.ts';
import { isoOf } from '../../shared/core/time.ts';
import type { CaReading } from '../../shared/ports/mqtt-certificates.ts';
import { commonNameOnly } from '../commands/distinguished-name.ts';
import { judgeFiles } from '../commands/judge-files.ts';
import { KEY_ALGORITHMS, type KeyAlgorithm } from '../commands/key-algorithm.ts';
import { makeCa, makeVerification, readSigningKey } from '../commands/pair-material.ts';
import { type Act, type DropFiles, type DropMethod, drop, expectation, receiveCode } from './act.ts';
import { awaitEmptyInbox, awaitOutcome, readDocument, readReceipt } from './evidence.ts';
import { playFailure } from './wait.ts';
import type { StoredRecord } from './world.ts';

/**
 * Plays a sound pair from the registration code to the receipt: everything shown after the drop is read back from the
 * services, and the act fails when any of it is not there or not equal.
 */
export async function playSoundAct(
  act: Act,
  plan: { readonly key: KeyAlgorithm; readonly method: DropMethod },
): Promise<void> {
  const code = await receiveCode(act);
  const files = await makeSoundPair(act, plan.key, code);
  const fingerprint = showChecks(act, files, code);
  const droppedAt = act.world.clockNow();
  await drop(act, files, plan.method);
  const record = await awaitOutcome(act, 'ca-registered', droppedAt);
  await showReading(act, record, fingerprint);
  const document = await readDocument(act, record, { destination: 'registered', name: 'receipt.json' });
  const receipt = readReceipt(act, document);
  if (receipt.sha256.ca !== fingerprint)
    throw playFailure(expectation('receipt', act, 'the receipt names the CA that was dropped'), 'it names another');
  await awaitEmptyInbox(act);
  act.stage.show({
    step: 'receipt',
    mood: 'good',
    title: 'receipt',
    lines: [`${displayText(document.key, 160)}; the inbox folder is empty`],
    facts: { key: document.key, caSerial: receipt.caSerial.canonical, caSha256: receipt.sha256.ca },
  });
}

/** Makes the pair a careful person would make. */
export async function makeSoundPair(act: Act, key: KeyAlgorithm, code: string): Promise<DropFiles> {
  const now = act.world.clockNow();
  const ca = await makeCa({ subject: commonNameOnly(act.caName), key, days: 3_650, now });
  const verification = await makeVerification({
    ca: { certificatePem: ca.certificatePem, privateKey: signerOf(ca.privateKeyPem) },
    registrationCode: code,
    key,
    days: 300,
    now,
  });
  act.stage.show({
    step: 'pair-made',
    mood: 'plain',
    title: 'pair made',
    lines: [`${KEY_ALGORITHMS[key].label} CA, and a verification certificate that carries the code`],
    facts: { key },
  });
  return { 'ca.pem': ca.certificatePem, 'verification.pem': verification.certificatePem };
}

/** The private key of a certificate made in this process. */
export function signerOf(privateKeyPem: string): NonNullable<ReturnType<typeof readSigningKey>> {
  const key = readSigningKey(privateKeyPem);
  if (key === undefined) throw new TypeError('a key made a moment ago can not be read');
  return key;
}

function showChecks(act: Act, files: DropFiles, code: string): string {
  const judgement = judgeFiles(
    Object.entries(files).map(([name, pem]) => ({ name, bytes: Buffer.from(pem as string) })),
    { now: act.world.clockNow(), handedOutCodeHashes: [sha256Hex(code)] },
  );
  if (judgement.isBlocked || judgement.finding.kind !== 'pair') {
    const found = judgement.problems.map((problem) => problem.code).join(', ');
    throw playFailure(expectation('pair-checked', act, 'its own pair passes the checks'), `they found ${found}`);
  }
  const { facts } = judgement.finding.ca;
  const serial = facts.serial.kind === 'serial' ? facts.serial.value : '';
  act.stage.show({
    step: 'pair-checked',
    mood: 'plain',
    title: 'checked offline',
    lines: [`nothing to mend · serial ${serial} · until ${isoOf(facts.notAfter).slice(0, 10)}`],
    facts: { verdict: 'good', caSerial: serial, caSha256: facts.fingerprint },
  });
  return facts.fingerprint;
}

async function showReading(act: Act, record: StoredRecord, fingerprint: string): Promise<void> {
  const expected = expectation('read-back', act, 'the service returns the CA that was dropped, active');
  const answer = await act.world.mqtt.getCa(act.world.instance, record.ca_sn ?? '');
  if (answer.kind !== 'answered') throw playFailure(expected, `it said ${answer.code}`);
  const reading = answer.value;
  if (reading.fingerprint !== fingerprint) throw playFailure(expected, 'it returned another certificate');
  if (reading.status !== 'active') throw playFailure(expected, 'it is not active');
  act.stage.show({
    step: 'read-back',
    mood: 'good',
    title: 'GetCaCertificate',
    lines: [`${reading.status} · ${validityOf(reading)} · serial ${displayText(reading.serialAsReceived)}`],
    facts: { status: reading.status, serialAsReceived: reading.serialAsReceived, validity: validityOf(reading) },
  });
}

function validityOf(reading: CaReading): string {
  const day = (moment: CaReading['validFrom']) => (moment === undefined ? '?' : isoOf(moment).slice(0, 10));
  return `valid ${day(reading.validFrom)} to ${day(reading.validUntil)}`;
}
