import type { DeviceReading } from '../../shared/core/device-reading.ts';
import type { InstanceId } from '../../shared/core/instance.ts';
import { mapLimited } from '../../shared/core/limit.ts';
import { type CaSerial, type DeviceSerial, serviceSpellings } from '../../shared/core/serial.ts';
import { caStateOf } from '../../shared/core/sweep/ca-memory.ts';
import { countOf, deviceAt, indexOfDevice } from '../../shared/core/sweep/packed-serials.ts';
import type { CompiledCa, CompiledWatchList } from '../../shared/core/sweep/watch-list.ts';
import type { Painter } from '../terminal/colour.ts';
import { counted } from '../terminal/table.ts';
import { readAccountCa } from './account-cas.ts';
import { eachDevicePage } from './device-pages.ts';
import type { Reading } from './reading.ts';

/** What the service has of one CA of a list. */
export interface OnlineCa {
  readonly ca: CaSerial;
  readonly state: 'active' | 'inactive' | 'expired' | 'missing' | 'unreadable';
  readonly watched: number;
  readonly inactive: number;
  readonly unreadable: number;
  /** Devices the service has never seen. */
  readonly unknown: readonly DeviceSerial[];
}

/** So many devices that are not listed are asked for one by one; a list with more of them is for another instance. */
const CONFIRMED_MAX = 1_000;
const CALLS_AT_ONCE = 8;

/** Looks up every CA of a list and every device under those that are there. */
export async function lookUpList(
  reading: Reading,
  instance: InstanceId,
  list: CompiledWatchList,
): Promise<readonly OnlineCa[]> {
  const found: OnlineCa[] = [];
  for (const watched of list.cas) {
    const finding = await readAccountCa(reading, instance, watched.ca);
    const blank = { ca: watched.ca, watched: countOf(watched.devices), inactive: 0, unreadable: 0, unknown: [] };
    if (finding.kind === 'read') {
      const place = { instance, caSpelling: finding.reading.serialAsReceived };
      const state = caStateOf(finding.reading, reading.now);
      found.push({ ...blank, state, ...(await lookUpDevices(reading, place, watched)) });
    } else found.push({ ...blank, state: finding.kind });
  }
  return found;
}

type DeviceStatus = DeviceReading['status'] | 'unreadable';

/** Pages first; then each device that was not on them by itself, because a list is not promised to be complete. */
async function lookUpDevices(
  reading: Reading,
  place: { readonly instance: InstanceId; readonly caSpelling: string },
  { devices }: CompiledCa,
): Promise<Pick<OnlineCa, 'inactive' | 'unreadable' | 'unknown'>> {
  const statuses = new Map<number, DeviceStatus>();
  const listed = await eachDevicePage(reading, place, (page) => {
    for (const { serial, status } of page) {
      const at = indexOfDevice(devices, serial);
      if (at >= 0) statuses.set(at, status);
    }
  });
  const left = Array.from({ length: countOf(devices) }, (_, at) => at).filter((at) => !statuses.has(at));
  const asked = left.slice(0, CONFIRMED_MAX);
  await mapLimited(asked, CALLS_AT_ONCE, async (at) => {
    const status = await statusOf(reading, place, deviceAt(devices, at));
    if (status !== undefined) statuses.set(at, status);
  });
  // Of those that nobody asked for, only a list that names everybody says that they are not there.
  const notAsked = listed.kind === 'whole' ? 0 : left.length - asked.length;
  const judged = notAsked === 0 ? left : asked;
  const isUnreadable = (status: DeviceStatus) => status === 'unreadable' || typeof status !== 'string';
  return {
    inactive: [...statuses.values()].filter((status) => status === 'inactive').length,
    unreadable: [...statuses.values()].filter(isUnreadable).length + notAsked,
    unknown: judged.filter((at) => !statuses.has(at)).map((at) => deviceAt(devices, at)),
  };
}

async function statusOf(
  { calls, deps }: Reading,
  place: { readonly instance: InstanceId; readonly caSpelling: string },
  device: DeviceSerial,
): Promise<DeviceStatus | undefined> {
  for (const deviceSpelling of serviceSpellings(device)) {
    const answer = await calls.read(() => deps.mqtt.getDevice({ ...place, deviceSpelling }));
    if (answer.kind === 'failed') return 'unreadable';
    if (answer.kind === 'answered') return answer.value.serial === device ? answer.value.status : 'unreadable';
  }
  return undefined;
}

const DEVICES_SHOWN = 20;

/** Each CA in a line, and the devices the service does not have. */
export function onlineReport(
  cas: readonly OnlineCa[],
  view: { readonly paint: Painter; readonly all: boolean },
): string {
  return [...cas.flatMap((ca) => caLines(ca, view)), ''].join('\n');
}

function caLines(ca: OnlineCa, { all, paint }: { readonly paint: Painter; readonly all: boolean }): string[] {
  const { dim, green, red, yellow } = paint;
  if (ca.state === 'missing') {
    return [
      `  ${red('✖')} CA ${ca.ca} is not on this instance; ${counted(ca.watched, 'line')} name it`,
      `    ${paint.cyan('→')} Check the column ca_sn, and that the list is meant for this instance.`,
    ];
  }
  const mark = ca.state === 'active' && ca.unknown.length === 0 ? green('✔') : yellow('▲');
  const there = ca.watched - ca.unknown.length - ca.unreadable;
  const rest = [
    ...(ca.inactive > 0 ? [`${ca.inactive} of them inactive`] : []),
    ...(ca.unknown.length > 0 ? [`${ca.unknown.length} the service does not have`] : []),
    ...(ca.unreadable > 0 ? [`${ca.unreadable} not readable`] : []),
  ];
  const shown = all ? ca.unknown : ca.unknown.slice(0, DEVICES_SHOWN);
  const left = ca.unknown.length - shown.length;
  return [
    `  ${mark} CA ${ca.ca} ${ca.state}: ${counted(there, 'device')} there${rest.map((text) => `, ${text}`).join('')}`,
    ...shown.map((device) => `      ${device}  ${dim('has never connected, or its serial is wrong')}`),
    ...(left > 0 ? [dim(`      … and ${left} more; --all names them`)] : []),
  ];
}
