import { displayText } from '../../shared/core/display-text.ts';
import { type Act, expectation } from './act.ts';
import { bringUpFleet, type DemoDevice, type DemoFleet, EXPIRED, holdDevice } from './demo-fleet.ts';
import { expectRecord, expectStatus, type PlayedSweep, playSweep, sumOfCas } from './sweep-evidence.ts';
import { FORGOTTEN_MINUTES, passMinutes, tellPeople } from './tell.ts';
import { playFailure } from './wait.ts';

/** The devices things happen to. */
interface Cast {
  readonly fleet: DemoFleet;
  /** Switched off by nobody knows whom. */
  readonly lost: DemoDevice;
  readonly held: DemoDevice;
  readonly expired: DemoDevice;
  /** Of the CA that is switched off. */
  readonly orphan: DemoDevice;
  /** Somebody switches it off again and again. */
  readonly flapping: DemoDevice;
}

/**
 * Plays the other half of the job: a fleet is watched, things go wrong in five ways, and the sweep switches on what it
 * should and nothing else. Everything shown was read back from the log store and the service.
 */
export async function playFleetAct(act: Act): Promise<void> {
  const cast = castOf(await bringUpFleet(act));
  await playQuietSweep(act, cast);
  await makeTrouble(act, cast);
  await playMending(act, cast);
  await playFlapping(act, cast);
}

function castOf(fleet: DemoFleet): Cast {
  const { north, south, west } = fleet;
  const [lost, held] = north;
  const [expired, orphan, flapping] = [north[EXPIRED], west[0], south[0]];
  if (!lost || !held || !expired || !orphan || !flapping) throw new TypeError('the fleet is too small');
  return { fleet, lost, held, expired, orphan, flapping };
}

async function playQuietSweep(act: Act, { expired, fleet }: Cast): Promise<void> {
  const sweep = await playSweep(act, 'first-sweep');
  expectRecord(act, sweep, { kind: 'device-expired', device: expired });
  showSummary(act, sweep, {
    step: 'first-sweep',
    title: 'first sweep',
    fleet,
    expected: { watched: 40, healthy: 39, expired: 1, reactivated: 0 },
  });
}

async function makeTrouble(act: Act, cast: Cast): Promise<void> {
  const { expired, flapping, held, lost, orphan } = cast;
  await passMinutes(act, FORGOTTEN_MINUTES);
  await holdDevice(act, held);
  for (const device of [lost, held, expired, orphan, flapping]) switchOff(act, device);
  if (!act.world.fleet.switchCa(orphan.ca, 'inactive')) {
    throw playFailure(expectation('trouble', act, 'the CA of west is switched off'), 'the service has no such CA');
  }
  act.stage.show({
    step: 'trouble',
    mood: 'bad',
    title: 'trouble',
    lines: [
      `five devices are switched off: ${[lost, held, expired, orphan, flapping].map(({ name }) => name).join(', ')}`,
      `ann put ${held.name} on hold · the certificate of ${expired.name} has ended · the CA of west is switched off`,
    ],
    facts: { off: 5 },
  });
}

async function playMending(act: Act, cast: Cast): Promise<void> {
  const { expired, flapping, fleet, held, lost, orphan } = cast;
  const sweep = await playSweep(act, 'second-sweep');
  for (const device of [lost, flapping]) {
    expectRecord(act, sweep, { kind: 'device-reactivated', device });
    await expectStatus(act, device, 'active');
    show(act, 'device-reactivated', 'good', `${device.name} · GetDeviceCertificate: active`, device);
  }
  expectRecord(act, sweep, { kind: 'ca-inactive', ca: orphan.ca });
  await expectLeftOff(act, sweep, held, 'held', 'ann said so; until the hold is removed');
  await expectLeftOff(act, sweep, expired, 'device-expired', 'the broker would refuse it anyway');
  await expectLeftOff(act, sweep, orphan, 'ca-not-active', 'its CA is switched off');
  showSummary(act, sweep, {
    step: 'second-sweep',
    title: 'second sweep',
    fleet,
    expected: { watched: 40, inactive: 3, reactivated: 2 },
  });
  await tellPeople(act, 'reactivations-told', [lost.name, flapping.name]);
}

async function playFlapping(act: Act, { flapping, fleet, lost }: Cast): Promise<void> {
  await passMinutes(act, FORGOTTEN_MINUTES);
  switchOff(act, flapping);
  show(act, 'switched-off-again', 'bad', `${flapping.name}: somebody means it`, flapping);
  const sweep = await playSweep(act, 'third-sweep');
  expectRecord(act, sweep, { kind: 'device-flapping', device: flapping });
  await expectLeftOff(act, sweep, flapping, 'flapping', 'hands off, until "mqtt-certs release" lets it through');
  await expectStatus(act, lost, 'active');
  showSummary(act, sweep, {
    step: 'third-sweep',
    title: 'third sweep',
    fleet,
    expected: { watched: 40, inactive: 4, reactivated: 0 },
  });
  await tellPeople(act, 'flapping-told', [flapping.serial]);
}

async function expectLeftOff(
  act: Act,
  sweep: PlayedSweep,
  device: DemoDevice,
  veto: string,
  why: string,
): Promise<void> {
  expectRecord(act, sweep, { kind: 'device-inactive', reason: veto, device });
  await expectStatus(act, device, 'inactive');
  show(act, veto, 'plain', `${device.name} is left off: ${why}`, device);
}

function switchOff(act: Act, { ca, name, serial }: DemoDevice): void {
  if (act.world.fleet.switchDevice(ca, serial, 'inactive')) return;
  throw playFailure(expectation('trouble', act, `${name} is switched off`), 'the service has no such device');
}

function show(
  act: Act,
  step: string,
  mood: 'plain' | 'good' | 'bad',
  line: string,
  { name, serial }: DemoDevice,
): void {
  act.stage.show({ step, mood, title: step, lines: [line], facts: { device: name, serial } });
}

function showSummary(
  act: Act,
  sweep: PlayedSweep,
  view: {
    readonly step: string;
    readonly title: string;
    readonly fleet: DemoFleet;
    readonly expected: Readonly<Record<string, number>>;
  },
): void {
  const sums = sumOfCas(act, sweep, view.fleet.cas);
  for (const [name, count] of Object.entries(view.expected)) {
    if (sums.get(name) === count) continue;
    const goal = expectation(view.step, act, `the summaries count ${count} ${name}`);
    throw playFailure(goal, `they count ${sums.get(name) ?? 0}`);
  }
  const counts = [...sums].filter(([name, count]) => count > 0 || name === 'reactivated');
  act.stage.show({
    step: view.step,
    mood: 'good',
    title: view.title,
    lines: [
      `${counts.map(([name, count]) => `${count} ${displayText(name.replace('_', ' '))}`).join(' · ')}  (sweep ${sweep.id})`,
    ],
    facts: { sweepId: sweep.id, ...Object.fromEntries(counts) },
  });
}
