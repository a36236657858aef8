import { expect, test } from 'vitest';
import { parseInstanceId } from '../../../shared/core/instance.ts';
import { parseCaSerial, parseDeviceSerial } from '../../../shared/core/serial.ts';
import type { Controls } from '../../../shared/core/sweep/controls.ts';
import { type CaEvidence, decideCa } from '../../../shared/core/sweep/decide-ca.ts';
import { memoryByte } from '../../../shared/core/sweep/device-memory.ts';
import type { GuardContext } from '../../../shared/core/sweep/guardrails.ts';
import { holdSetOf } from '../../../shared/core/sweep/hold-set.ts';
import { inactiveDates } from '../../../shared/core/sweep/inactive-dates.ts';
import { packSerials } from '../../../shared/core/sweep/packed-serials.ts';
import { parseSweepId } from '../../../shared/core/sweep/sweep-id.ts';
import { countVetoes, eachVetoed, vetoedCount } from '../../../shared/core/sweep/vetoed-devices.ts';
import { durationMs, epochMs } from '../../../shared/core/time.ts';

const NOW = epochMs(1_800_000_000_000);
const DAY = 86_400_000;
const COUNT = 30_000;

const instance = need(parseInstanceId('post-cn-decide00001'));
const ca = need(parseCaSerial('4a'));
const serials = Array.from({ length: COUNT }, (_, index) => need(parseDeviceSerial((0x10000 + index).toString(16))));
const inactive = memoryByte({ class: 'inactive', announced: undefined, seenActive: true, known: true });

function need<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('the fixtures must be readable');
  return value;
}

/** Every device of a CA is inactive and in date; `changes` say what is different. */
function allOff(changes: Partial<CaEvidence> = {}): CaEvidence {
  const dates = inactiveDates(COUNT);
  serials.forEach((_, index) => {
    dates.set(index, { validFrom: epochMs(NOW - DAY), validUntil: epochMs(NOW + DAY) });
  });
  const next = new Uint8Array(COUNT).fill(inactive);
  return {
    instance,
    ca,
    devices: packSerials(serials),
    reactivate: new Uint8Array(COUNT).fill(1),
    before: next,
    next,
    dates,
    inactiveSince: () => NOW,
    lastActivatedAt: () => undefined,
    lastFailure: () => undefined,
    actedUnderCa: 0,
    actedOnInstance: 0,
    ...changes,
  };
}

function context(release: Controls['release'] = 'none'): GuardContext {
  const controls: Controls = {
    readAt: NOW,
    paused: 'no',
    intents: 'read',
    holds: holdSetOf([], [instance], NOW),
    release,
  };
  return { now: NOW, controls, caState: 'active', firstSight: 'act', reactivateAfter: durationMs(0) };
}

test('each of 30,000 inactive devices that nobody asks for gets that as its reason, and weighs nothing', () => {
  const reactivate = new Uint8Array(COUNT);
  reactivate[29_999] = 1;
  const verdict = decideCa(allOff({ reactivate }), context());
  expect(verdict.breaker).toMatchObject({ isOpen: false, inputs: { survivors: 1 } });
  expect(verdict.survivors).toEqual([{ device: serials[29_999], release: undefined }]);
  expect([...countVetoes(verdict.vetoed)]).toEqual([['not-asked', 29_999]]);
  expect([...eachVetoed(verdict.vetoed)].at(-1)).toEqual({
    device: serials[29_998],
    veto: 'not-asked',
    inputs: { reactivate: 'no' },
  });
});

test('each of 30,000 devices that would be activated is stopped by the breaker, which counts them all', () => {
  const verdict = decideCa(allOff(), context());
  expect(verdict.breaker).toMatchObject({ isOpen: true, inputs: { survivors: 30_000 } });
  expect(verdict.survivors).toEqual([]);
  expect([...countVetoes(verdict.vetoed)]).toEqual([['breaker', 30_000]]);
});

test('of 30,000 different ends each device is stopped as expired, the first 20,000 with the date', () => {
  const dates = inactiveDates(COUNT);
  serials.forEach((_, index) => {
    dates.set(index, { validFrom: epochMs(NOW - DAY), validUntil: epochMs(NOW - 1000 * (index + 1)) });
  });
  const { vetoed } = decideCa(allOff({ dates }), context());
  expect([...countVetoes(vetoed)]).toEqual([['device-expired', 30_000]]);
  const inputs = [...eachVetoed(vetoed)].map((one) => one.inputs);
  expect(inputs[0]).toEqual({ validUntil: '2027-01-15T07:59:59.000Z' });
  expect([inputs[19_999], inputs[20_000]]).toEqual([{ validUntil: '2027-01-15T02:26:40.000Z' }, {}]);
});

test('of 30,000 released devices 20,000 have their turn, the others in the next sweep', () => {
  const sweep = need(parseSweepId('20270101T000000Z'));
  const verdict = decideCa(allOff(), context(new Map(serials.map((serial) => [serial, sweep]))));
  expect(verdict.survivors).toHaveLength(20_000);
  expect(vetoedCount(verdict.vetoed)).toBe(10_000);
  const [first] = eachVetoed(verdict.vetoed);
  expect(first).toEqual({ device: serials[20_000], veto: 'breaker', inputs: { release: 'next-sweep' } });
});
