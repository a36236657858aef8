import { nameOf } from '../../shared/core/digest.ts';
import type { DropId } from '../../shared/core/drop-identity.ts';
import type { CaIdentity, DropFacts } from '../../shared/core/drop-outcome.ts';
import { parseInstanceId } from '../../shared/core/instance.ts';
import { etagOf, objectKey } from '../../shared/core/object-version.ts';
import type { Outcome } from '../../shared/core/outcome.ts';
import { parseCaSerial, parseDeviceSerial } from '../../shared/core/serial.ts';
import { sweepIdOf } from '../../shared/core/sweep/sweep-id.ts';
import { type EpochMs, epochMs, isoOf } from '../../shared/core/time.ts';

const INSTANCES = 50;
const CAS = 100;
const REASONS = [
  ...['half-missing', 'ca-unreadable', 'ca-not-a-ca', 'ca-expired', 'ca-too-large', 'ca-key-weak', 'ca-version'],
  ...['verification-unreadable', 'verification-expired', 'verification-too-large', 'not-signed-by-ca', 'code-unknown'],
];

/** What kinds of trouble a flood is made of: how many of a hundred, and the one with a number. */
const FLOOD: readonly (readonly [share: number, one: (number: number) => (name: string, at: EpochMs) => Outcome])[] = [
  // One cause has most of them: a program that drops the same bad pair again and again.
  [60, () => (name) => pairRejected(name, 0, 'code-mismatch')],
  // Hundreds of causes with a few each.
  [
    24,
    (number) => (name) => pairRejected(name, number, REASONS[Math.floor(number / INSTANCES) % REASONS.length] ?? ''),
  ],
  [5, (number) => (name, at) => ({ kind: 'device-reactivated', ...deviceOf(name, number, at) })],
  [3, (number) => (name, at) => ({ kind: 'device-missing', ...deviceOf(name, number, at) })],
  [2, () => (name) => misplaced(name)],
  [1, (number) => (name) => quarantined(name, number)],
  [3, (number) => (name) => ({ kind: 'ca-registered', ...caOf(name, number), state: 'active', warnings: [] })],
  [2, (number) => (name, at) => blocked(name, number, at)],
];

const SLOTS = FLOOD.flatMap(([share, one]) =>
  Array.from({ length: share }, (_, place) => (round: number) => one(round * share + place)),
);

/**
 * The outcome with this number out of a flood of told ones: every hundred have every kind in the same shares, each is an
 * event of its own, and the causes of one kind take turns.
 */
export function floodOutcome(number: number, at: EpochMs): Outcome {
  // 97 and 100 have no common divisor: the kinds come mixed, and all of them soon.
  const slot = SLOTS[(number * 97) % SLOTS.length];
  if (slot === undefined) throw new RangeError('a flood counts from 0');
  return slot(Math.floor(number / SLOTS.length))(`plant-${number}`, at);
}

/** Records of one drop in a batch, and of one CA of a sweep. */
const OF_DROP = 2;
const OF_SWEEP = 200;
/** The share of all records that drops leave behind. */
const SHARE_OF_DROPS = 0.2;

/**
 * Outcomes nobody is told of, in the batches in which an outage of the log store leaves them: two of each drop, and a
 * page of devices of each CA that was swept.
 */
export function* untoldBatches(count: number, at: EpochMs): Generator<readonly Outcome[]> {
  const ofDrops = Math.round(count * SHARE_OF_DROPS);
  for (let from = 0; from < ofDrops; from += OF_DROP) {
    yield numbers(from, Math.min(from + OF_DROP, ofDrops)).map((number) => waiting(`plant-${number}`, number));
  }
  for (let from = ofDrops; from < count; from += OF_SWEEP) {
    yield numbers(from, Math.min(from + OF_SWEEP, count)).map((number) => ({
      ...{ kind: 'device-inactive', ...deviceOf(`meter-${number}`, Math.floor(from / OF_SWEEP), at) },
      ...{ reason: 'held', inputs: { watched: true, confirmed: true } },
    }));
  }
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function pairRejected(name: string, instance: number, reason: string): Outcome {
  return {
    ...{ kind: 'pair-rejected', drop: dropOf(name, instance), reasons: [reason] },
    sentence: 'The pair can not be registered.',
    fix: 'Ask for a registration code, make the verification certificate anew and drop both files again.',
  };
}

function blocked(name: string, number: number, at: EpochMs): Outcome {
  const day = isoOf(at).slice(0, 10);
  return { kind: 'registration-blocked', ...caOf(name, number), service: word('CaNumExceed'), day };
}

function misplaced(name: string): Outcome {
  const key = objectKey(`inbox/${name}.pem`);
  return {
    ...{ kind: 'drop-misplaced', reason: 'no-folder', sentence: 'It lies in no folder.', etag: etagOf(hex(name)) },
    drop: { source: { kind: 'misplaced', key, reason: 'no-folder' }, dropId: dropIdOf(name) },
  };
}

function quarantined(name: string, instance: number): Outcome {
  return { kind: 'drop-quarantined', drop: dropOf(name, instance), reason: 'private-key', fileName: 'ca.key' };
}

function waiting(name: string, instance: number): Outcome {
  const sentence = 'The verification certificate is not there yet.';
  return { kind: 'drop-waiting', drop: dropOf(name, instance), missing: 'verification', sentence };
}

function caOf(name: string, instance: number) {
  const ca: CaIdentity = { serial: serialOf(parseCaSerial, name), fingerprint: hex(name).repeat(2) };
  return { drop: dropOf(name, instance), ca, service: word('') };
}

function deviceOf(name: string, ca: number, at: EpochMs) {
  return {
    sweepId: sweepIdOf(epochMs(at)),
    instance: instanceOf(ca),
    ca: serialOf(parseCaSerial, `ca-${ca % CAS}`),
    device: serialOf(parseDeviceSerial, name),
    name,
  };
}

function dropOf(name: string, instance: number): DropFacts {
  const claims = { actor: '234567890123456789', sourceIp: '203.0.113.7' };
  return { source: { kind: 'folder', instance: instanceOf(instance), caName: name }, dropId: dropIdOf(name), claims };
}

function instanceOf(number: number) {
  const instance = parseInstanceId(`post-cn-bench${String(number % INSTANCES).padStart(5, '0')}`);
  if (instance === undefined) throw new Error('no name of an instance');
  return instance;
}

function dropIdOf(name: string): DropId {
  return nameOf([name], 16) as DropId;
}

function serialOf<Serial>(parse: (text: string) => Serial | undefined, name: string): Serial {
  const serial = parse(`4${hex(name).slice(1)}`);
  if (serial === undefined) throw new Error('no serial');
  return serial;
}

function word(code: string) {
  return { code, requestId: 'B7A4F2C1-0000-5000-8000-0123456789AB' };
}

function hex(name: string): string {
  return nameOf([name], 32);
}
