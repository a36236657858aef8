import type { DeviceReading } from '../../shared/core/device-reading.ts';
import { type DeviceSerial, parseDeviceSerial } from '../../shared/core/serial.ts';
import { memoryByte } from '../../shared/core/sweep/device-memory.ts';
import { packSerials } from '../../shared/core/sweep/packed-serials.ts';
import { sortPacked } from '../../shared/core/sweep/packed-sort.ts';
import { epochMs } from '../../shared/core/time.ts';
import type { SweepDeps } from '../../shared/pipelines/sweep/deps.ts';
import { patientCalls } from '../../shared/pipelines/sweep/patient-calls.ts';
import { type DevicesToRead, readDevices } from '../../shared/pipelines/sweep/read-devices.ts';
import { newProgress } from '../../shared/pipelines/sweep/read-progress.ts';
import type { WatchedDevices } from '../../shared/pipelines/sweep/watched-devices.ts';
import type { CallAnswer, DevicePage } from '../../shared/ports/mqtt-certificates.ts';
import { instanceId } from './service-world.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** `count` serials from the number `first` on, all of one length. */
export function serialsFrom(first: number, count: number): readonly DeviceSerial[] {
  return Array.from({ length: count }, (_, index) => serial(0x1000_0000 + first + index));
}

function serial(number: number): DeviceSerial {
  const parsed = parseDeviceSerial(number.toString(16));
  if (parsed === undefined) throw new Error('the fixtures must be readable');
  return parsed;
}

/** An active certificate. */
export function readingOf(device: DeviceSerial): DeviceReading {
  return { serialAsReceived: device, serial: device, caSerialAsReceived: '', name: '', status: 'active' };
}

/** An answer with a value. */
export function answered<Value>(value: Value): CallAnswer<Value> {
  return { kind: 'answered', value, requestId: 'r' };
}

export const NOT_FOUND: CallAnswer<never> = {
  kind: 'refused',
  code: 'FindDeviceBySnError',
  status: 404,
  requestId: 'r',
};

/** How the service answers; by default it has `there` and lists it in pages of a hundred. */
export interface Answers {
  readonly there: readonly DeviceSerial[];
  readonly listed?: (page: number) => CallAnswer<DevicePage>;
  readonly got?: (device: DeviceSerial) => CallAnswer<DeviceReading>;
  /** How much time every call takes. */
  readonly callMs?: number;
}

/** The devices of one CA while they are read, without anything between the reading and the service's answers. */
export interface ListedDevices {
  readonly clock: VirtualClock;
  readonly watched: WatchedDevices;
  /** The pages and the serials that were asked for, in their order. */
  readonly pages: number[];
  readonly asked: DeviceSerial[];
  /** One lap, which may end early. */
  readonly lap: (options?: {
    readonly read?: 'list' | 'get';
    readonly callsAtOnce?: number;
    readonly lastsMs?: number;
    readonly isWholeCa?: boolean;
  }) => Promise<void>;
  /** How many of the watched devices have a memory byte after the sweep like this one. */
  readonly count: (memory: Partial<Parameters<typeof memoryByte>[0]>) => number;
}

/** Devices that are watched and what the service says of them; `known` ones were seen before this sweep. */
export function listedDevices(
  watching: { readonly known: readonly DeviceSerial[]; readonly strangers: readonly DeviceSerial[] },
  answers: Answers,
): ListedDevices {
  const clock = virtualClock();
  const devices = packSerials([...watching.known, ...watching.strangers]);
  sortPacked(devices, []);
  const known = new Set(watching.known);
  const seen = memoryByte({ class: 'healthy', announced: undefined, seenActive: true, known: true });
  const all = [...watching.known, ...watching.strangers].sort();
  const before = Uint8Array.from(all, (device) => (known.has(device) ? seen : 0));
  const watched: WatchedDevices = { devices, before, progress: newProgress(before) };
  const there = new Set(answers.there);
  const pages: number[] = [];
  const asked: DeviceSerial[] = [];
  const listed = answers.listed ?? ((page) => answered(pageOf(answers.there.slice((page - 1) * 100, page * 100))));
  const got = answers.got ?? ((device) => (there.has(device) ? answered(readingOf(device)) : NOT_FOUND));
  const passTime = async (): Promise<void> => {
    await Promise.resolve();
    await clock.sleep((answers.callMs ?? 0) as never);
  };
  const mqtt: Pick<SweepDeps['mqtt'], 'listDevicesOfCa' | 'getDevice'> = {
    listDevicesOfCa: async ({ page }) => {
      pages.push(page);
      await passTime();
      return listed(page);
    },
    getDevice: async ({ deviceSpelling }) => {
      const device = parseDeviceSerial(deviceSpelling) ?? serial(0);
      asked.push(device);
      await passTime();
      return got(device);
    },
  };
  return {
    clock,
    watched,
    pages,
    asked,
    lap: async ({ callsAtOnce = 8, isWholeCa = false, lastsMs = 86_400_000, read = 'list' } = {}) => {
      const deps = {
        mqtt,
        clock,
        deadline: clock.in(lastsMs),
        settings: { read, callsAtOnce },
      } as unknown as SweepDeps;
      const request: DevicesToRead = {
        instance: instanceId('post-cn-listed00001'),
        caSpelling: '4a',
        watched,
        isWholeCa,
        now: epochMs(1_800_000_000_000),
        onListRefused: () => Promise.resolve(),
      };
      await readDevices(deps, patientCalls(deps), request);
    },
    count: (memory) => {
      const byte = memoryByte({ class: 'healthy', announced: undefined, seenActive: false, known: false, ...memory });
      return watched.progress.next.filter((one) => one === byte).length;
    },
  };
}

/** A page without flaws. */
export function pageOf(devices: readonly DeviceSerial[], unreadable = 0): DevicePage {
  return { devices: devices.map(readingOf), unreadable };
}
