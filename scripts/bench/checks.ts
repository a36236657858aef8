import { createPrivateKey, X509Certificate } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import forge from 'node-forge';
import { readDropFile } from '../../shared/core/drop-file.ts';
import { findPair } from '../../shared/core/find-pair.ts';
import { checkPair } from '../../shared/core/pair-checks.ts';
import { isBlocking } from '../../shared/core/pair-problem.ts';
import { epochMs } from '../../shared/core/time.ts';
import type { KeyAlgorithm } from '../commands/key-algorithm.ts';
import { makeCa, makeVerification } from '../commands/pair-material.ts';
import type { BenchReport, BenchRow } from './report.ts';

/** The most CPU that checking a pair may cost: reading both files, finding the pair, every check. */
const GOAL_MS = 0.5;

/** So many until the compiler has seen everything; a worker that checks pairs all day is past that. */
const WARM_UP_PAIRS = 3000;
/** Runs take turns, so that a busy moment of the machine hits all of them; the median of the rounds counts. */
const ROUNDS = 7;
const PAIRS_PER_ROUND = 400;

/** PEM of a CA and of a verification certificate it signed. */
interface PairText {
  readonly ca: string;
  readonly verification: string;
}

interface Contender {
  readonly label: string;
  /** Checks the pair once; throws when it finds the sound pair unsound. */
  readonly check: (pair: PairText) => void;
}

const OURS: Contender = { label: 'this project, every check', check: checkEverything };
const FLOOR: Contender = { label: 'bare node:crypto', check: checkWithNode };
const FORGE: Contender = { label: 'node-forge alone', check: checkWithForge };

/**
 * Measures what checking a pair costs, for P-256 and RSA 2048: this project's whole way from file bytes to problems,
 * against the least node:crypto can do, and against node-forge where it can (RSA only).
 */
export async function benchChecks(): Promise<BenchReport> {
  const rows: BenchRow[] = [];
  const costs: number[] = [];
  for (const key of ['ec-p256', 'rsa-2048'] as const) {
    const measured = measure(await makePair(key), key === 'rsa-2048' ? [OURS, FLOOR, FORGE] : [OURS, FLOOR]);
    const floor = measured.get(FLOOR) ?? 0;
    for (const [{ label }, cpuMs] of measured) {
      rows.push({ label: `${key}: ${label}`, value: cpuMs, unit: 'ms CPU per pair', ratio: cpuMs / floor });
      rows.push({ label: '', value: 1000 / cpuMs, unit: 'pairs/s on one core' });
    }
    costs.push(measured.get(OURS) ?? Number.POSITIVE_INFINITY);
  }
  const highest = Math.max(...costs);
  const goals = [
    { text: `a pair costs at most ${GOAL_MS} ms of CPU (${highest.toPrecision(3)} ms)`, met: highest <= GOAL_MS },
  ];
  return { name: 'checks', rows, goals };
}

async function makePair(key: KeyAlgorithm): Promise<PairText> {
  const now = Date.now();
  const ca = await makeCa({ subject: [{ CN: ['Bench CA'] }], key, days: 3650, now });
  const verification = await makeVerification({
    ca: { certificatePem: ca.certificatePem, privateKey: createPrivateKey(ca.privateKeyPem) },
    registrationCode: '1f2e3d4c-0000-4b0b-9a51-0123456789abcd01',
    key,
    days: 300,
    now,
  });
  return { ca: ca.certificatePem, verification: verification.certificatePem };
}

/** Median CPU milliseconds per pair of each contender. */
function measure(pair: PairText, contenders: readonly Contender[]): ReadonlyMap<Contender, number> {
  for (const contender of contenders) repeat(contender, pair, WARM_UP_PAIRS);
  const rounds = new Map(contenders.map((contender) => [contender, [] as number[]]));
  const collect = garbageCollector();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [contender, costs] of rounds) {
      collect();
      const before = process.cpuUsage();
      repeat(contender, pair, PAIRS_PER_ROUND);
      // Freeing a certificate costs a fifth of reading it. Uncollected, one contender would pay for the one before it.
      collect();
      const { user, system } = process.cpuUsage(before);
      costs.push((user + system) / 1000 / PAIRS_PER_ROUND);
    }
  }
  return new Map([...rounds].map(([contender, costs]) => [contender, median(costs)]));
}

/** V8's collector of young objects, which those of a pair are. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('() => gc({ type: "minor" })') as unknown;
  if (typeof collect !== 'function') throw new Error('V8 does not expose its garbage collector');
  return collect as () => void;
}

function repeat({ check }: Contender, pair: PairText, times: number): void {
  for (let count = 0; count < times; count += 1) check(pair);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function checkEverything({ ca, verification }: PairText): void {
  const files = [
    { name: 'ca.pem', bytes: Buffer.from(ca) },
    { name: 'verification.pem', bytes: Buffer.from(verification) },
  ].map(readDropFile);
  const finding = findPair(files);
  if (finding.kind !== 'pair') throw new Error('the bench pair was not found');
  const problems = checkPair(finding, { now: epochMs(Date.now()), handedOutCodeHashes: [] });
  if (isBlocking(problems)) throw new Error('the bench pair was refused');
}

/** The least that tells a CA and a certificate it signed: parse, flag, names, signature, dates. */
function checkWithNode({ ca, verification }: PairText): void {
  const issuer = new X509Certificate(ca);
  const issued = new X509Certificate(verification);
  const now = Date.now();
  const inDate = [issuer, issued].every((one) => Date.parse(one.validFrom) <= now && now <= Date.parse(one.validTo));
  const isSound = issuer.ca && issued.checkIssued(issuer) && issued.verify(issuer.publicKey) && inDate;
  if (!isSound) throw new Error('node:crypto refused the bench pair');
}

function checkWithForge({ ca, verification }: PairText): void {
  const issuer = forge.pki.certificateFromPem(ca);
  const issued = forge.pki.certificateFromPem(verification);
  const now = new Date();
  const inDate = [issuer, issued].every(({ validity }) => validity.notBefore <= now && now <= validity.notAfter);
  const isCa = issuer.getExtension('basicConstraints')?.cA === true;
  if (!isCa || !inDate || !issued.isIssuer(issuer) || !issuer.verify(issued)) {
    throw new Error('node-forge refused the bench pair');
  }
}
