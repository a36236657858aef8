import { type InstanceId, parseInstanceId } from '../../shared/core/instance.ts';
import { etagOf, objectKey } from '../../shared/core/object-version.ts';
import { type CaSerial, type DeviceSerial, parseCaSerial, parseDeviceSerial } from '../../shared/core/serial.ts';
import { countOf, deviceAt } from '../../shared/core/sweep/packed-serials.ts';
import { createWatchFileReader } from '../../shared/core/sweep/watch-file.ts';
import { type CompiledWatchList, compileWatchList } from '../../shared/core/sweep/watch-list.ts';
import { createCaTable } from '../../shared/core/sweep/watch-rows.ts';
import { splitCells } from '../../shared/pipelines/sweep/watch-cells.ts';

export const WATCH_INSTANCE = instanceId('post-cn-watch00001');

export function instanceId(text: string): InstanceId {
  return parseInstanceId(text) ?? fail(text);
}

export function device(text: string): DeviceSerial {
  return parseDeviceSerial(text) ?? fail(text);
}

export function ca(text: string): CaSerial {
  return parseCaSerial(text) ?? fail(text);
}

/** Compiles texts as the files `a.csv`, `b.csv`, … of one instance; each needs its header. */
export function compileTexts(...texts: readonly string[]): {
  readonly list: CompiledWatchList;
  /** What was wrong with each file's lines: `line code text`. */
  readonly bad: readonly (readonly string[])[];
} {
  const table = createCaTable();
  const files = texts.map((text, index) => {
    const reader = createWatchFileReader({ table, split: splitCells, maxLines: 3_000_000 });
    reader.push(Buffer.from(text));
    const content = reader.end();
    if (content.kind === 'refused') return fail(content.problem);
    const key = objectKey(`watch/${WATCH_INSTANCE}/${String.fromCharCode(97 + index)}.csv`);
    return { key, etag: etagOf('e'), content };
  });
  const list = compileWatchList(WATCH_INSTANCE, table, files);
  const bad = files.map(({ content }) =>
    content.bad().first.map((one) => `${String(one.line)} ${one.code} ${one.shown}`),
  );
  return { list, bad };
}

/** A list as text: for each CA, its devices with `+` where they may be reactivated. */
export function shownList(list: CompiledWatchList): Readonly<Record<string, string>> {
  return Object.fromEntries(
    list.cas.map(({ ca: serial, devices, reactivate, star }) => {
      const words = Array.from(
        { length: countOf(devices) },
        (_, index) => `${deviceAt(devices, index)}${reactivate[index] === 1 ? '+' : '-'}`,
      );
      if (star !== undefined) words.push(star.reactivate ? '*+' : '*-');
      return [`ca ${serial}`, words.join(' ')];
    }),
  );
}

function fail(what: string): never {
  throw new Error(`the fixture must be readable: ${what}`);
}
