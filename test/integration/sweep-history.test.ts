import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MqttFault } from '../../local/mqtt/faults.ts';
import { durationMs } from '../../shared/core/time.ts';
import type { SweepDeps } from '../../shared/pipelines/sweep/deps.ts';
import type { CallWatch } from '../support/service-world.ts';
import { INSTANCE, type SweepWorld, sweepWorld } from '../support/sweep-world.ts';

const CA = '5f0000000000000001';
const DAY = 86_400_000;
const SERIALS = Array.from({ length: 24 }, (_, index) => (0xa0 + index).toString(16));
const LIMIT = 10;

const device = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: SERIALS.length - 1 }));
const fault = fc.constantFrom<MqttFault>(
  { action: '*', fault: 'throttle', times: 5 },
  { action: '*', fault: 'html-502', times: 3 },
  { action: '*', fault: 'reset-before', times: 4 },
  { action: 'ActiveDeviceCertificate', fault: 'reset-after', times: 1 },
  { action: 'ActiveDeviceCertificate', fault: 'internal-error', times: 2 },
  { action: 'ListDeviceCertificateByCaSn', fault: 'page-empty', times: 1 },
  { action: 'ListDeviceCertificateByCaSn', fault: 'page-short', times: 1 },
);
const tick = fc.record({
  do: fc.constant('tick'),
  diesAt: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined, freq: 2 }),
  laps: fc.boolean(),
  /** Somebody switches the CA off when everything is decided. */
  caGoesOff: fc.constantFrom(false, false, false, true),
  /** The function's clock is set back for this one. */
  skewMs: fc.constantFrom(0, 0, 0, -15 * 60_000),
});
const settings = fc.record({
  reactivate: fc.constantFrom('act' as const, 'act' as const, 'observe' as const),
  firstSight: fc.constantFrom('act' as const, 'ask' as const),
  reactivateAfter: fc.constantFrom(durationMs(0), durationMs(0), durationMs(30 * 60_000)),
});
const step = fc.oneof(
  { weight: 10, arbitrary: tick },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('off'), device }) },
  fc.record({ do: fc.constant('on'), device }),
  fc.record({ do: fc.constant('mass'), count: fc.integer({ min: 8, max: 16 }) }),
  fc.record({ do: fc.constant('hold'), device }),
  fc.record({ do: fc.constant('unhold'), device }),
  fc.record({ do: fc.constant('pause'), on: fc.constantFrom(false, false, true) }),
  fc.record({ do: fc.constant('ask'), device, asked: fc.constantFrom(true, true, false) }),
  fc.record({ do: fc.constant('watch'), device, on: fc.constantFrom(true, true, false) }),
  fc.record({ do: fc.constant('deploy'), settings }),
  fc.record({ do: fc.constant('ca'), on: fc.constantFrom(true, true, false) }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fault'), fault }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(DAY / 4, DAY, 8 * DAY) }) },
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

type TickStep = Partial<typeof tick extends fc.Arbitrary<infer One> ? One : never>;

/** The function's clock and the world's may be so far apart. */
const CLOCKS_APART = 3_600_000;

/** What people wanted while a tick was at work. */
interface Wishes {
  readonly from: number;
  readonly isPaused: boolean;
  readonly isCaOn: boolean;
  readonly isObserving: boolean;
  readonly held: ReadonlySet<string>;
  readonly asked: ReadonlySet<string>;
}

/** A world and what its people want. */
class History {
  readonly world: SweepWorld;
  readonly held = new Set<string>();
  readonly asked = new Set(SERIALS);
  readonly watched = new Set(SERIALS);
  settings: Partial<SweepDeps['settings']> = {};
  readonly wishes: Wishes[] = [];
  /** Times at which a run died: what it had done by then nobody can know for certain. */
  readonly deaths: number[] = [];
  isPaused = false;
  isCaOn = true;

  constructor(world: SweepWorld) {
    this.world = world;
  }

  async apply(one: Step): Promise<void> {
    const { engine } = this.world.mqtt;
    const serial = 'device' in one ? (SERIALS[one.device] ?? '') : '';
    switch (one.do) {
      case 'tick':
        return this.tick(one);
      case 'off':
      case 'on':
        engine.setDeviceStatus(INSTANCE, CA, serial, one.do === 'on' ? 'active' : 'inactive');
        return;
      case 'mass':
        for (const off of SERIALS.slice(4, 4 + one.count)) engine.setDeviceStatus(INSTANCE, CA, off, 'inactive');
        return;
      case 'hold':
        this.held.add(serial);
        return this.world.put(`control/holds/${serial}.csv`, `${INSTANCE},${serial},,ann,why,\n`);
      case 'unhold':
        this.held.delete(serial);
        return this.world.remove(`control/holds/${serial}.csv`);
      case 'pause':
        this.isPaused = one.on;
        return one.on ? this.world.put('control/paused', '') : this.world.remove('control/paused');
      case 'ask':
        if (one.asked) this.asked.add(serial);
        else this.asked.delete(serial);
        return this.list();
      case 'watch':
        // Some always stay: a list that becomes empty is another matter.
        if (one.on) this.watched.add(serial);
        else if (one.device < 6) this.watched.delete(serial);
        return this.list();
      case 'deploy':
        this.settings = one.settings;
        return;
      case 'ca':
        this.switchCa(one.on);
        return;
      case 'fault':
        this.world.mqtt.setFaults([one.fault]);
        return;
      case 'wait':
        this.world.clock.advance(one.ms);
    }
  }

  switchCa(on: boolean): void {
    this.isCaOn = on;
    this.world.mqtt.engine.setCaStatus(INSTANCE, CA, on ? 'active' : 'inactive');
  }

  async list(): Promise<void> {
    const listed = SERIALS.filter((serial) => this.watched.has(serial));
    const lines = listed.map((serial) => `${serial},${CA},${this.asked.has(serial) ? 'yes' : 'no'}`);
    await this.world.put(`watch/${INSTANCE}/fleet.csv`, ['device_sn,ca_sn,reactivate', ...lines].join('\n'));
  }

  wish(): void {
    const { asked, held, isCaOn, isPaused, settings, watched } = this;
    this.wishes.push({
      from: this.world.clock.now(),
      isPaused,
      isCaOn,
      isObserving: settings.reactivate === 'observe',
      held: new Set(held),
      asked: new Set([...asked].filter((serial) => watched.has(serial))),
    });
  }

  async tick({ caGoesOff = false, diesAt, laps = false, skewMs = 0 }: TickStep = {}): Promise<void> {
    this.wish();
    let count = 0;
    const watch: CallWatch = (moment, call) => {
      count += 1;
      if (diesAt !== undefined && count >= diesAt) throw new Error('switched off');
      if (!caGoesOff || moment !== 'after' || !/^put .*\/decided\//.test(call)) return;
      this.switchCa(false);
      this.wish();
    };
    const short = laps ? { timeoutMs: 120_000, callMs: 2000 } : {};
    const settings = { ...this.settings, ...(laps ? { callsAtOnce: 1 } : {}) };
    try {
      await this.world.tick({ watch, skewMs, ...short, settings });
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'switched off') throw error;
      this.deaths.push(this.world.clock.now());
    }
  }

  /** Nothing more goes wrong, and every window passes. */
  async end(): Promise<void> {
    this.world.mqtt.setFaults([]);
    this.settings = {};
    for (let count = 0; count < 9; count += 1) await this.tick();
    this.world.clock.advance(8 * DAY);
    await this.tick();
    await this.tick();
  }
}

interface Deed {
  readonly at: number;
  readonly device: string;
}

/** Every switch-on of ours that the service saw, and what the rules say of it. */
function violations(history: History): readonly string[] {
  const ours = history.world.mqtt.engine
    .history()
    .filter(({ action, by, changed }) => action === 'activated' && by !== 'console' && changed)
    .map(({ at, device: serial = '' }): Deed => ({ at, device: serial.replace(/^0+/, '') }));
  return ours.flatMap((deed, index) => {
    const wish = history.wishes.findLast(({ from }) => from <= deed.at);
    const before = ours.slice(0, index);
    const last = before.findLast((one) => one.device === deed.device);
    const isFlapping = last !== undefined && deed.at - last.at < 7 * DAY - CLOCKS_APART && !hasDied(history, last.at);
    const recent = before.filter((one) => deed.at - one.at < DAY - 3_600_000).length;
    return [
      ...(wish?.isPaused === true ? [`${deed.device} while paused`] : []),
      ...(wish?.isObserving === true ? [`${deed.device} while observing`] : []),
      ...(wish?.isCaOn === false ? [`${deed.device} under a CA that is off`] : []),
      ...(wish?.held.has(deed.device) === true ? [`${deed.device} while held`] : []),
      ...(wish?.asked.has(deed.device) === false ? [`${deed.device} without being asked for`] : []),
      ...(isFlapping ? [`${deed.device} although somebody switched it off again`] : []),
      ...(recent >= LIMIT ? [`${deed.device} past the breaker`] : []),
    ];
  });
}

/** Whether the run that did something died before it could know: then it may be done once more. */
function hasDied({ deaths, wishes }: History, at: number): boolean {
  const end = wishes.find(({ from }) => from > at)?.from ?? Number.POSITIVE_INFINITY;
  return deaths.some((death) => death >= at && death <= end);
}

/** What is still off at the end without a reason. */
function leftUndone({ asked, held, isCaOn, isPaused, watched, world }: History): readonly string[] {
  if (isPaused || !isCaOn) return [];
  const off = SERIALS.filter(
    (serial) =>
      world.statusOf(CA, serial) === 'inactive' && asked.has(serial) && watched.has(serial) && !held.has(serial),
  );
  return off.length > LIMIT ? [] : off;
}

test('in random histories with crashes, laps and faults nothing forbidden is switched on and nothing demanded is left', async () => {
  let deeds = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 30, size: 'max' }), async (steps) => {
      const world = await sweepWorld();
      world.ca('fleet', CA);
      world.devices(CA, SERIALS);
      const history = new History(world);
      await history.list();
      for (const one of steps) await history.apply(one);
      await history.end();
      expect(violations(history)).toEqual([]);
      expect(leftUndone(history)).toEqual([]);
      const summary = JSON.parse(world.outcomes('sweep-summary').at(-1)?.['rule_inputs'] ?? '{}') as Record<
        string,
        number
      >;
      const { expired = 0, expiring = 0, healthy = 0, inactive = 0, missing = 0, unreadable = 0, watched } = summary;
      expect(expired + expiring + healthy + inactive + missing + unreadable + (summary['not_registered'] ?? 0)).toBe(
        watched,
      );
      const isOff = (serial: string): boolean => world.statusOf(CA, serial) === 'inactive';
      const listed = [...history.watched];
      expect({ watched, inactive }).toEqual({ watched: listed.length, inactive: listed.filter(isOff).length });
      deeds += world.outcomes('device-reactivated').length;
    }),
    { numRuns: 40 },
  );
  expect(deeds).toBeGreaterThan(40);
}, 240_000);
