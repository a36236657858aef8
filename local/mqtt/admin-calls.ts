import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import { type AdminAnswer, adminFailure } from '../admin-answer.ts';
import { countedSerials } from './device-serials.ts';
import type { NewDevice } from './devices/device.ts';
import type { MqttEngine } from './engine.ts';
import type { RefusedDevice } from './fleet.ts';

/** Runs the call of this name (`devices`, `device-status`, `ca-status`); `undefined` when there is none. */
export type MqttAdmin = (name: string, body: unknown) => Promise<AdminAnswer> | undefined;

const COUNT_MAX = 1_000_000;
const SHOWN_SERIALS = 1000;
const SHOWN_REFUSALS = 100;
const SLICE = 5000; // registered between two turns of the event loop, so that the other services go on answering
const DAY_MS = 86_400_000;

const Text = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
const Time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Status = v.picklist(['active', 'inactive']);
const Common = { instance: Text, caSerial: Text };
const About = { validFrom: v.optional(Time), validUntil: v.optional(Time), status: v.optional(Status) };
const NamedDevice = v.strictObject({
  serial: Text,
  name: v.optional(Text),
  pem: v.optional(v.pipe(v.string(), v.maxLength(64 * 1024))),
  ...About,
});
const Counted = v.strictObject({
  ...Common,
  ...About,
  count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(COUNT_MAX)),
});
const Named = v.strictObject({ ...Common, devices: v.pipe(v.array(NamedDevice), v.minLength(1)) });
const Devices = v.union([Counted, Named]);
const DeviceStatusChange = v.strictObject({ ...Common, serial: Text, status: Status });
const CaStatusChange = v.strictObject({ ...Common, status: Status });

/**
 * The admin calls of the MQTT stand-in: what devices do by connecting for the first time, and what people do in the
 * service's console.
 *
 * @param now - Moved time, epoch milliseconds; devices without dates are valid from a day before it for a year.
 */
export function createMqttAdmin(engine: MqttEngine, now: () => number): MqttAdmin {
  const calls: ReadonlyMap<string, (body: unknown) => Promise<AdminAnswer>> = new Map([
    ['devices', (body) => registerDevices(engine, now(), body)],
    ['device-status', (body) => Promise.resolve(setDeviceStatus(engine, body))],
    ['ca-status', (body) => Promise.resolve(setCaStatus(engine, body))],
  ]);
  return (name, body) => calls.get(name)?.(body);
}

async function registerDevices(engine: MqttEngine, now: number, body: unknown): Promise<AdminAnswer> {
  const read = v.safeParse(Devices, body);
  if (!read.success) {
    const forms = '{"instance","caSerial","count":40} or {"instance","caSerial","devices":[{"serial"}]}';
    return adminFailure(400, 'DevicesInvalid', `send ${forms}; both may say validFrom, validUntil (ms) and status`);
  }
  const given = read.output;
  const ca = engine.ca(given.instance, given.caSerial);
  if (ca === undefined) return caNotFound();
  const place: Place = { instance: given.instance, caSerial: ca.serialHex };
  const wanted = 'count' in given ? countedDevices(engine, place, given) : given.devices;
  return registerInSlices(engine, place, dated(wanted, now));
}

interface Place {
  readonly instance: string;
  readonly caSerial: string;
}

type Undated = Omit<v.InferOutput<typeof NamedDevice>, 'name' | 'pem'> & Pick<NewDevice, 'name' | 'pem'>;

/** As many devices as asked for, of serials that are still free under the CA. */
function* countedDevices(
  engine: MqttEngine,
  { instance, caSerial }: Place,
  asked: v.InferOutput<typeof Counted>,
): Generator<Undated, void, undefined> {
  const { count, validFrom, validUntil, status } = asked;
  let made = 0;
  for (const serial of countedSerials(instance, caSerial)) {
    if (made === count) return;
    if (engine.device(instance, caSerial, serial) !== undefined) continue;
    made += 1;
    yield { serial, validFrom, validUntil, status };
  }
}

function* dated(devices: Iterable<Undated>, now: number): Generator<NewDevice, void, undefined> {
  for (const device of devices) {
    const { validFrom = now - DAY_MS, validUntil = now + 365 * DAY_MS } = device;
    yield { ...device, validFrom, validUntil };
  }
}

/** The next devices of a generator, which goes on afterwards where it stopped. */
function* nextOf<Item>(items: Iterator<Item, void>, length: number): Generator<Item, void, undefined> {
  for (let taken = 0; taken < length; taken += 1) {
    const next = items.next();
    if (next.done === true) return;
    yield next.value;
  }
}

async function registerInSlices(
  engine: MqttEngine,
  { instance, caSerial }: Place,
  devices: Iterator<NewDevice, void>,
): Promise<AdminAnswer> {
  const serials: string[] = [];
  const total = { registered: 0, refusedCount: 0, refused: [] as RefusedDevice[] };
  for (;;) {
    const slice = [...nextOf(devices, SLICE)];
    if (slice.length === 0) break;
    const done = engine.registerDevices(instance, caSerial, slice);
    if (done.kind === 'ca-unknown') return caNotFound();
    if (done.kind === 'ca-inactive') return adminFailure(409, 'CaNotActive', 'an inactive CA registers no devices');
    total.registered += done.count;
    total.refusedCount += done.refusedCount;
    total.refused = [...total.refused, ...done.refused].slice(0, SHOWN_REFUSALS);
    if (serials.length < SHOWN_SERIALS) serials.push(...slice.map((device) => device.serial));
    await setImmediate();
  }
  const refused = new Set(total.refused.map((device) => device.serial));
  const shown = serials.filter((serial) => !refused.has(serial)).slice(0, SHOWN_SERIALS);
  return { status: 200, body: { ok: true, ...total, serials: shown } };
}

function setDeviceStatus(engine: MqttEngine, body: unknown): AdminAnswer {
  const read = v.safeParse(DeviceStatusChange, body);
  if (!read.success) {
    return adminFailure(400, 'StatusInvalid', 'send {"instance","caSerial","serial","status":"active" or "inactive"}');
  }
  const { instance, caSerial, serial, status } = read.output;
  if (engine.ca(instance, caSerial) === undefined) return caNotFound();
  if (engine.setDeviceStatus(instance, caSerial, serial, status)) return { status: 200, body: { ok: true } };
  return adminFailure(404, 'DeviceNotFound', 'no registered device of this CA has this serial');
}

function setCaStatus(engine: MqttEngine, body: unknown): AdminAnswer {
  const read = v.safeParse(CaStatusChange, body);
  if (!read.success) {
    return adminFailure(400, 'StatusInvalid', 'send {"instance","caSerial","status":"active" or "inactive"}');
  }
  const { instance, caSerial, status } = read.output;
  return engine.setCaStatus(instance, caSerial, status) ? { status: 200, body: { ok: true } } : caNotFound();
}

const caNotFound = (): AdminAnswer =>
  adminFailure(404, 'CaNotFound', 'no CA of this serial is registered with this instance');
