import { randomBytes } from 'node:crypto';
import { objectKey } from '../../shared/core/object-version.ts';
import { type DeviceSerial, parseDeviceSerial } from '../../shared/core/serial.ts';
import { days, durationMs, plus } from '../../shared/core/time.ts';
import { holdText } from '../commands/hold-file.ts';
import { type Act, drop, expectation, receiveCode } from './act.ts';
import { awaitEmptyInbox, awaitOutcome } from './evidence.ts';
import { makeSoundPair } from './sound-act.ts';
import type { Stage } from './stage.ts';
import { playFailure } from './wait.ts';

/** One device of the play, by the name it has in the story. */
export interface DemoDevice {
  readonly name: string;
  readonly ca: string;
  readonly serial: DeviceSerial;
}

/** The fleet: forty devices under three CAs. */
export interface DemoFleet {
  readonly north: readonly DemoDevice[];
  readonly south: readonly DemoDevice[];
  readonly west: readonly DemoDevice[];
  /** Serials of the CAs. */
  readonly cas: readonly string[];
}

const SIZES = { north: 20, south: 12, west: 8 } as const;
type Plant = keyof typeof SIZES;

/** Which device of `north` has a certificate that has ended. */
export const EXPIRED = 2;

const WATCH_LIST = 'play-fleet.csv';
const HOLDS_KEY = objectKey('control/holds/play-fleet.csv');

/** Registers three CAs by dropping their pairs, lets forty devices connect, and puts the watch list into the bucket. */
export async function bringUpFleet(act: Act): Promise<DemoFleet> {
  const north = connectPlant(act, 'north', await registerPlant(act, 'north'));
  const south = connectPlant(act, 'south', await registerPlant(act, 'south'));
  const west = connectPlant(act, 'west', await registerPlant(act, 'west'));
  const all = [...north, ...south, ...west];
  act.stage.show({
    step: 'fleet-up',
    mood: 'plain',
    title: 'fleet up',
    lines: [
      `${all.length} devices have connected: ${SIZES.north} of north, ${SIZES.south} of south, ${SIZES.west} of west`,
    ],
    facts: { devices: all.length },
  });
  await putWatchList(act, all);
  return { north, south, west, cas: [north, south, west].map(([first]) => first?.ca ?? '') };
}

/** Writes a hold for one device, as `mqtt-certs hold add` would. */
export async function holdDevice(act: Act, { name, serial }: DemoDevice): Promise<void> {
  const { clockNow, instance, store } = act.world;
  const until = new Date(plus(clockNow(), days(30))).toISOString().slice(0, 10);
  const text = holdText([{ instance, device: serial, owner: 'ann', reason: `${name} is in repair`, until }]);
  await store.put({ key: HOLDS_KEY, bytes: Buffer.from(text), contentType: 'text/csv' });
}

async function registerPlant(act: Act, plant: Plant): Promise<string> {
  const own: Act = { ...act, name: `${act.name}-${plant}`, caName: `${act.caName}-${plant}`, stage: SILENT };
  const code = await receiveCode(own);
  const files = await makeSoundPair(own, 'ec-p256', code);
  const droppedAt = own.world.clockNow();
  await drop(own, files, 'copy');
  const record = await awaitOutcome(own, 'ca-registered', droppedAt);
  await awaitEmptyInbox(own);
  const serial = record.ca_sn ?? '';
  act.stage.show({
    step: 'fleet-ca',
    mood: 'plain',
    title: `CA of ${plant}`,
    lines: [`dropped, registered, serial ${serial}`],
    facts: { plant, caSerial: serial },
  });
  return serial;
}

function connectPlant(act: Act, plant: Plant, ca: string): readonly DemoDevice[] {
  const now = act.world.clockNow();
  const devices = Array.from({ length: SIZES[plant] }, (_, at): DemoDevice => {
    const serial = parseDeviceSerial(`5${randomBytes(8).toString('hex').slice(1)}`);
    if (serial === undefined) throw new TypeError('a serial made a moment ago can not be read');
    return { name: `${plant}-${String(at + 1).padStart(2, '0')}`, ca, serial };
  });
  const isExpired = (at: number) => plant === 'north' && at === EXPIRED;
  const count = act.world.fleet.connect(
    ca,
    devices.map(({ name, serial }, at) => ({
      name,
      serial,
      validUntil: plus(now, isExpired(at) ? durationMs(-3_600_000) : days(700)),
    })),
  );
  if (count === devices.length) return devices;
  throw playFailure(expectation('fleet-up', act, `${devices.length} devices of ${plant} connect`), `${count} did`);
}

async function putWatchList(act: Act, devices: readonly DemoDevice[]): Promise<void> {
  const key = objectKey(`watch/${act.world.instance}/${WATCH_LIST}`);
  const lines = devices.map(({ ca, name, serial }) => `0x${serial},0x${ca},${name},yes`);
  const text = ['device_sn,ca_sn,name,reactivate', ...lines, ''].join('\n');
  await act.world.store.put({ key, bytes: Buffer.from(text), contentType: 'text/csv' });
  act.stage.show({
    step: 'watch-list',
    mood: 'plain',
    title: 'watch list',
    lines: [`${devices.length} lines → ${key}`],
    facts: { key, lines: devices.length },
  });
}

/** What happened three times in the acts before need not be shown again. */
const SILENT: Stage = {
  beginAct: () => undefined,
  show: () => undefined,
  say: () => undefined,
  endAct: () => undefined,
  finish: () => undefined,
};
