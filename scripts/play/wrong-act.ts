import { join } from 'node:path';
import { displayText } from '../../shared/core/display-text.ts';
import { commonNameOnly } from '../commands/distinguished-name.ts';
import { judgeFiles } from '../commands/judge-files.ts';
import { makeCa, makeVerification } from '../commands/pair-material.ts';
import { terminalText } from '../terminal/terminal-text.ts';
import { type Act, type DropFiles, drop, expectation, receiveCode } from './act.ts';
import { awaitEmptyInbox, awaitOutcome, type BucketDocument, readDocument } from './evidence.ts';
import { signerOf } from './sound-act.ts';
import { playFailure } from './wait.ts';
import type { PlayWorld } from './world.ts';

const DAY_MS = 86_400_000;
const SHOWN_REASON_LINES = 6;

/** What is wrong with the pair of this act, by the pipeline's own codes: all of them must be told. */
const EXPECTED_REASONS = ['verification-expired', 'signed-by-namesake'] as const;

/**
 * Plays a pair with two mistakes people really make: the verification certificate has expired, and it was signed by an
 * older CA of the same name. The pipeline must refuse it without asking the service, and say why.
 */
export async function playWrongAct(act: Act): Promise<void> {
  const code = await receiveCode(act);
  const files = await makeWrongPair(act, code);
  showOfflineVerdict(act, files);
  const droppedAt = act.world.clockNow();
  await drop(act, files, 'copy');
  const record = await awaitOutcome(act, 'pair-rejected', droppedAt);
  const reasons = (record.reason ?? '').split(',');
  const missing = EXPECTED_REASONS.filter((reason) => !reasons.includes(reason));
  if (missing.length > 0) {
    throw playFailure(
      expectation('reasons', act, `the log record gives the reasons ${missing.join(', ')}`),
      `it gives ${terminalText(reasons.join(', '))}`,
    );
  }
  const reason = await readDocument(act, record, { destination: 'rejected', name: 'reason.txt' });
  await awaitEmptyInbox(act);
  act.stage.show({
    step: 'reason',
    mood: 'good',
    title: 'reason.txt',
    lines: [displayText(reason.key, 160), ...excerpt(reason, act.world)],
    facts: { key: reason.key, reasons },
  });
}

/** Makes a pair with both mistakes; its keys are thrown away. */
export async function makeWrongPair(act: Act, code: string): Promise<DropFiles> {
  const now = act.world.clockNow();
  const subject = commonNameOnly(act.caName);
  const older = await makeCa({ subject, key: 'ec-p256', days: 3_650, now: now - 400 * DAY_MS });
  const current = await makeCa({ subject, key: 'ec-p256', days: 3_650, now });
  const verification = await makeVerification({
    ca: { certificatePem: older.certificatePem, privateKey: signerOf(older.privateKeyPem) },
    registrationCode: code,
    key: 'ec-p256',
    days: 300,
    now: now - 400 * DAY_MS,
  });
  act.stage.show({
    step: 'pair-made',
    mood: 'plain',
    title: 'pair made, wrong',
    lines: ['the verification certificate is expired, and an older CA of the same name signed it'],
    facts: { key: 'ec-p256' },
  });
  return { 'ca.pem': current.certificatePem, 'verification.pem': verification.certificatePem };
}

function showOfflineVerdict(act: Act, files: DropFiles): void {
  const judgement = judgeFiles(
    Object.entries(files).map(([name, pem]) => ({ name, bytes: Buffer.from(pem as string) })),
    { now: act.world.clockNow(), handedOutCodeHashes: [] },
  );
  const codes = judgement.problems.map((problem) => problem.code);
  act.stage.show({
    step: 'pair-checked',
    mood: 'bad',
    title: 'checked offline',
    lines: [`"mqtt-certs check" would have said so: ${codes.join(', ')}`],
    facts: { verdict: judgement.isBlocked ? 'blocked' : 'good', problems: codes },
  });
}

// Chinese first, a rule of hyphens, then English: only the reader's half is shown, and of it the first problems.
function excerpt({ key, text }: BucketDocument, { bucketFolder, language }: PlayWorld): string[] {
  const halves = text.split(/^-{20,}$/m);
  const half = (language === 'zh' ? halves[0] : halves[1]) ?? text;
  const [, ...lines] = half.split('\n').filter((line) => line.trim() !== ''); // the title was the log record's sentence
  const shown = lines.slice(0, SHOWN_REASON_LINES).map((line) => terminalText(line, 160));
  const left = lines.length - shown.length;
  return [...shown, `${left > 0 ? `… ${left} more lines` : 'The same'} in both languages: ${join(bucketFolder, key)}`];
}
