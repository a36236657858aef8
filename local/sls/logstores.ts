import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import type { LocalClock } from '../clock.ts';
import { writePrivateFile } from '../data-folder.ts';
import { readIndex } from './index-definition.ts';
import { openLogFile } from './log-file.ts';
import type { IndexPeriod, Logstore, LogstoreInfo } from './logstore.ts';

/** The logstores of the project. Names, settings and indexes outlive a restart, as the logs do. */
export interface Logstores {
  readonly get: (name: string) => Logstore | undefined;
  /** In the order they were made. */
  readonly list: () => readonly Logstore[];
  readonly create: (info: LogstoreInfo) => Promise<void>;
  readonly update: (name: string, changes: Partial<Pick<Logstore, 'info' | 'periods'>>) => void;
  readonly remove: (name: string) => Promise<void>;
  /** Back to the logstores of the beginning, empty. */
  readonly reset: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The service's rule for names: they become names of files, too. */
export const LOGSTORE_NAME = /^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/u;

/** What a new logstore is set to where its maker says nothing. */
export function logstoreInfo(logstoreName: string, now: number): LogstoreInfo {
  const seconds = Math.floor(now / 1000);
  return {
    logstoreName,
    ttl: 3650,
    shardCount: 1,
    autoSplit: false,
    maxSplitShard: 64,
    enable_tracking: false,
    appendMeta: false,
    mode: 'standard',
    createTime: seconds,
    lastModifyTime: seconds,
  };
}

const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const Kept = v.array(
  v.strictObject({
    info: v.strictObject({
      logstoreName: v.pipe(v.string(), v.regex(LOGSTORE_NAME)),
      ttl: Count,
      shardCount: Count,
      autoSplit: v.boolean(),
      maxSplitShard: Count,
      enable_tracking: v.boolean(),
      appendMeta: v.boolean(),
      mode: v.picklist(['standard', 'query']),
      createTime: Count,
      lastModifyTime: Count,
    }),
    periods: v.array(
      v.strictObject({
        from: Count,
        definition: v.union([
          v.literal('everything'),
          v.pipe(
            v.record(v.string(), v.unknown()),
            v.check((index) => !('problem' in Object(readIndex(index)))),
          ),
        ]),
      }),
    ),
  }),
);

const FILE = 'logstores.json';

/**
 * Opens the logstores of a data folder.
 *
 * @param given.names - These are there from the beginning, with their index.
 * @param given.index - As CreateIndex takes it; a changed one holds for logs from now on. Default: everything is found.
 * @throws RangeError for a name or an index that the service would not take.
 */
export async function openLogstores(
  folder: string,
  given: { readonly names: readonly string[]; readonly index: unknown; readonly clock: LocalClock },
): Promise<Logstores> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const definition = checkIndex(given.index);
  if (!given.names.every((name) => LOGSTORE_NAME.test(name)))
    throw new RangeError('a logstore has 3 to 63 lower-case letters, digits, - and _');
  const path = join(folder, FILE);
  const pathOf = (name: string): string => join(folder, `${name}.ndjson`);
  const stores = new Map<string, Logstore>();
  const save = (): void => {
    const kept = [...stores.values()].map(({ info, periods }) => ({ info, periods }));
    writePrivateFile(path, `${JSON.stringify(kept)}\n`);
  };
  const open = async (info: LogstoreInfo, periods: readonly IndexPeriod[]): Promise<void> => {
    stores.set(info.logstoreName, { info, periods, file: await openLogFile(pathOf(info.logstoreName)) });
  };
  const addGiven = async (): Promise<void> => {
    for (const name of given.names) {
      const store = stores.get(name);
      if (store === undefined) await open(logstoreInfo(name, given.clock.now()), [{ from: 0, definition }]);
      else if (given.index !== undefined) stores.set(name, { ...store, periods: withIndex(store, definition) });
    }
    save();
  };

  for (const { info, periods } of read(path)) await open(info, periods);
  await addGiven();
  return {
    get: (name) => stores.get(name),
    list: () => [...stores.values()],
    create: async (info) => {
      await open(info, []);
      save();
    },
    update: (name, changes) => {
      const store = stores.get(name);
      if (store !== undefined) stores.set(name, { ...store, ...changes });
      save();
    },
    remove: async (name) => {
      const store = stores.get(name);
      stores.delete(name);
      save();
      await store?.file.close();
      rmSync(pathOf(name), { force: true });
    },
    reset: async () => {
      for (const [name, { info, file }] of stores) {
        await file.clear();
        if (given.names.includes(name)) {
          stores.set(name, { info, file, periods: [{ from: 0, definition }] });
          continue;
        }
        stores.delete(name);
        await file.close();
        rmSync(pathOf(name), { force: true });
      }
      await addGiven();
    },
    close: async () => {
      await Promise.all([...stores.values()].map(({ file }) => file.close()));
    },
  };
}

const PERIODS_MAX = 100;

/** A logstore's periods with an index that holds from the next log on; the oldest go when there are too many. */
export function withIndex({ periods, file }: Logstore, definition: IndexPeriod['definition']): readonly IndexPeriod[] {
  const last = periods.at(-1);
  if (last !== undefined && isDeepStrictEqual(last.definition, definition)) return periods;
  return [...periods.filter(({ from }) => from < file.count()), { from: file.count(), definition }].slice(-PERIODS_MAX);
}

function checkIndex(index: unknown): IndexPeriod['definition'] {
  if (index === undefined) return 'everything';
  const read = readIndex(index);
  if ('problem' in read) throw new RangeError(`the index of the logstores can not be used: ${read.problem}`);
  return JSON.parse(JSON.stringify(index)) as Readonly<Record<string, unknown>>; // as it would come over the wire
}

function read(path: string): v.InferOutput<typeof Kept> {
  if (!existsSync(path)) return [];
  try {
    const parsed = v.safeParse(Kept, JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.output : [];
  } catch {
    return []; // unreadable: the logstores of the beginning come back with their logs
  }
}
