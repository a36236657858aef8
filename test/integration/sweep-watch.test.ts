import { expect, test } from 'vitest';
import { objectKey } from '../../shared/core/object-version.ts';
import { failureFacts, ServiceFailure } from '../../shared/core/service-failure.ts';
import { type WatchOutcome, watchFields, watchIdentity } from '../../shared/core/sweep/watch-outcome.ts';
import { goodCopyKey, WATCH_INDEX_KEY } from '../../shared/core/sweep/watch-places.ts';
import {
  compileWatchLists,
  type WatchCache,
  type WatchCompilation,
} from '../../shared/pipelines/sweep/compile-watch.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { RunLine } from '../../shared/ports/run-log.ts';
import { type ObjectsWorld, objectsWorld } from '../support/objects-world.ts';
import { instanceId, shownList, WATCH_INSTANCE } from '../support/watch-lists.ts';

const OTHER = instanceId('post-cn-watch00002');
const HALL = `watch/${WATCH_INSTANCE}/hall.csv`;
const HEADER = 'device_sn,ca_sn\n';
const HOUR = 3_600_000;

/** Watch lists in a bucket of their own, compiled through the real SDK. */
interface WatchWorld extends ObjectsWorld {
  readonly lines: readonly RunLine[];
  readonly put: (key: string, text: string | Buffer) => Promise<void>;
  readonly compile: (options?: Options) => Promise<WatchCompilation>;
  /** Compiles, tells and settles: what was told, in short. */
  readonly sweep: (options?: Options) => Promise<readonly string[]>;
  /** What is watched now. */
  readonly watched: () => Promise<Readonly<Record<string, string>>>;
  readonly keys: (prefix: string) => Promise<readonly string[]>;
}

interface Options {
  readonly cache?: WatchCache;
  readonly store?: ObjectStore;
  readonly limits?: { readonly lines: number; readonly bytes: number };
}

async function watchWorld(): Promise<WatchWorld> {
  const world = await objectsWorld();
  const lines: RunLine[] = [];
  const runLog = { write: (line: RunLine) => void lines.push(line) };
  const compile = ({ store = world.objects, ...request }: Options = {}): Promise<WatchCompilation> =>
    compileWatchLists({ store, runLog }, { instances: [WATCH_INSTANCE, OTHER], ...request });
  return {
    ...world,
    lines,
    compile,
    put: (key, text) => world.objects.put({ key: objectKey(key), bytes: Buffer.from(text), contentType: 'text/csv' }),
    sweep: async (options) => {
      const { outcomes, settle } = await compile(options);
      await settle();
      return outcomes.map(inShort);
    },
    watched: async () => {
      const [list] = (await compile()).lists;
      return list === undefined ? {} : shownList(list);
    },
    keys: async (prefix) => (await world.objects.list({ prefix, limit: 1000 })).objects.map(({ key }) => key),
  };
}

function inShort(outcome: WatchOutcome): string {
  const { fields } = watchFields(outcome);
  return `${outcome.kind} ${fields['reason'] ?? ''} ${outcome.object.key.replace(/^watch\/(?=.)/, '')}`;
}

/** The store with a clock that is ahead: only listings tell the time. */
function later(store: ObjectStore, ms: number): ObjectStore {
  return {
    ...store,
    list: async (query) => {
      const page = await store.list(query);
      return { ...page, serverNow: (page.serverNow + ms) as typeof page.serverNow };
    },
  };
}

/** The store where something happens before the `nth` ranged read of a key. */
function meddled(store: ObjectStore, key: string, acts: ReadonlyMap<number, () => Promise<void>>): ObjectStore {
  let reads = 0;
  return {
    ...store,
    readRange: async (request) => {
      if (request.key === key) {
        reads += 1;
        await acts.get(reads)?.();
      }
      return store.readRange(request);
    },
  };
}

test('the lists of each instance are compiled, told once, and copied', async () => {
  const world = await watchWorld();
  await world.put(HALL, `${HEADER}0xAB,c1\nac,c1\n`);
  await world.put(`watch/${WATCH_INSTANCE}/Tor 2;süd.CSV`, 'device_sn;ca_sn;reactivate\r\nab;C1;yes\r\n*;c2;\r\n');
  await world.put(`watch/${OTHER}/all.csv`, `${HEADER}*,c9\n`);
  await world.put(`watch/${OTHER}/.DS_Store`, 'x');
  const { lists, outcomes, settle } = await world.compile();
  expect(lists.map(({ instance }) => instance)).toEqual([WATCH_INSTANCE, OTHER]);
  expect(lists.map(shownList)).toEqual([{ 'ca c1': 'ab+ ac+', 'ca c2': '*-' }, { 'ca c9': '*-' }]);
  expect(outcomes.map(inShort)).toEqual([
    `watch-changed added ${WATCH_INSTANCE}/Tor 2;süd.CSV`,
    `watch-changed added ${WATCH_INSTANCE}/hall.csv`,
    `watch-changed added ${OTHER}/all.csv`,
  ]);
  // Not settled, so told again by the next run, which knows nothing of this one.
  expect((await world.compile()).outcomes).toEqual(outcomes);
  await settle();
  expect(await world.sweep()).toEqual([]);
  expect(await world.keys('state/')).toHaveLength(4);
  const copy = await world.objects.read({ key: goodCopyKey(WATCH_INSTANCE, objectKey(HALL)), maxBytes: 1000 });
  expect(copy).toMatchObject({ bytes: Buffer.from(`${HEADER}0xAB,c1\nac,c1\n`) });
  const index = await world.objects.read({ key: WATCH_INDEX_KEY, maxBytes: 10_000 });
  expect(JSON.parse(index.kind === 'found' ? index.bytes.toString() : '')).toMatchObject({ schema: 1, told: [] });
});

test('a worker that knows the lists reads none of them again until something changes', async () => {
  const world = await watchWorld();
  const cache: WatchCache = {};
  await world.put(HALL, `${HEADER}ab,c1\n`);
  await world.sweep({ cache });
  const before = world.proxy.seen.length;
  const again = await world.compile({ cache });
  expect(world.proxy.seen.slice(before).map((line) => line.replace(/\?.*/, ''))).toEqual([
    'GET /state/sweep/watch-index.json',
    'GET /',
  ]);
  expect(again.outcomes).toEqual([]);
  await world.put(HALL, `${HEADER}ab,c1\nac,c1\n`);
  expect(await world.sweep({ cache })).toEqual([`watch-changed changed ${WATCH_INSTANCE}/hall.csv`]);
});

test('a worker whose outcomes were never reported tells them again', async () => {
  const world = await watchWorld();
  const cache: WatchCache = {};
  await world.put(HALL, `${HEADER}ab,c1\n`);
  await world.compile({ cache });
  expect((await world.compile({ cache })).outcomes.map(inShort)).toEqual([
    `watch-changed added ${WATCH_INSTANCE}/hall.csv`,
  ]);
});

test('bad lines are one outcome for each file, and the good ones are watched', async () => {
  const world = await watchWorld();
  await world.put(HALL, `${HEADER}ab,c1\n356217374433,c1\n1.2E+15,c1\n"ac,c1\nad,c1\n`);
  const { lists, outcomes } = await world.compile();
  expect(lists.map(shownList)).toEqual([{ 'ca c1': 'ab+ ad+' }, {}]);
  expect(outcomes.map(watchFields).at(1)).toMatchObject({
    fields: {
      reason: 'digits-only,excel-number,quotes',
      object_key: HALL,
      rule_inputs:
        '{"lines":5,"bad":3,"codes":"digits-only 1, excel-number 1, quotes 1","first":"line 3: digits-only (356217374433); line 4: excel-number (1.2E+15); line 5: quotes (＂ac,c1)","fix_zh":"按 0x… 写十六进制，按 dec:… 写十进制，例如 0x356217374433 或 dec:58695412565043。"}',
    },
  });
});

test('a file that can not be used is told once and keeps its last good version for 24 hours', async () => {
  const world = await watchWorld();
  await world.put(HALL, `${HEADER}ab,c1\n`);
  await world.sweep();
  await world.put(HALL, 'ab00,c1\nac00,c1\n');
  expect(await world.sweep()).toEqual([`watch-refused header-missing ${WATCH_INSTANCE}/hall.csv`]);
  expect(await world.watched()).toEqual({ 'ca c1': 'ab+' });
  expect(await world.sweep({ store: later(world.objects, 23 * HOUR) })).toEqual([]);
  const lapsed = { store: later(world.objects, 25 * HOUR) };
  expect(await world.sweep(lapsed)).toEqual([`watch-shrunk last-good-lapsed ${WATCH_INSTANCE}/hall.csv`]);
  expect((await world.compile(lapsed)).lists.map(shownList)).toEqual([{}, {}]);
  await world.put(HALL, `${HEADER}ab,c1\nac,c1\n`);
  expect(await world.sweep(lapsed)).toEqual([`watch-changed changed ${WATCH_INSTANCE}/hall.csv`]);
  expect(await world.watched()).toEqual({ 'ca c1': 'ab+ ac+' });
});

test('a worker with the lists in mind still lets the last good version lapse', async () => {
  const world = await watchWorld();
  const cache: WatchCache = {};
  await world.put(HALL, `${HEADER}ab,c1\n`);
  await world.sweep({ cache });
  await world.put(HALL, '');
  expect(await world.sweep({ cache })).toEqual([`watch-refused empty ${WATCH_INSTANCE}/hall.csv`]);
  expect(await world.sweep({ cache })).toEqual([]);
  const lapsed = { cache, store: later(world.objects, 25 * HOUR) };
  expect(await world.sweep(lapsed)).toEqual([`watch-shrunk last-good-lapsed ${WATCH_INSTANCE}/hall.csv`]);
});

test('a list that shrank, was emptied or vanished is told, and what it named is no longer watched', async () => {
  const world = await watchWorld();
  const rows = Array.from({ length: 20 }, (_, n) => `a${n.toString(16)},c1`);
  const key = `${WATCH_INSTANCE}/hall.csv`;
  await world.put(HALL, HEADER + rows.join('\n'));
  await world.sweep();
  await world.put(HALL, HEADER + rows.slice(2).join('\n')); // a tenth exactly
  expect(await world.sweep()).toEqual([`watch-changed changed ${key}`]);
  await world.put(HALL, HEADER + rows.slice(4).join('\n'));
  expect(await world.sweep()).toEqual([`watch-changed changed ${key}`, `watch-shrunk shrunk ${key}`]);
  await world.put(HALL, HEADER);
  expect(await world.sweep()).toEqual([`watch-changed changed ${key}`, `watch-shrunk emptied ${key}`]);
  expect(await world.watched()).toEqual({});
  await world.put(HALL, `${HEADER}ab,c1\n`);
  await world.sweep();
  await world.objects.delete(objectKey(HALL));
  expect(await world.sweep()).toEqual([`watch-changed removed ${key}`, `watch-shrunk vanished ${key}`]);
  expect(await world.sweep()).toEqual([]);
  expect(await world.keys('state/sweep/watch-good/')).toEqual([]);
});

const LONG = Array.from({ length: 120_000 }, (_, n) => `0x${(n + 1).toString(16).padStart(20, '0')},c1`).join('\n');

test('a list of several parts is read part by part, whole', async () => {
  const world = await watchWorld();
  await world.put(HALL, HEADER + LONG); // 3 MB
  const { lists } = await world.compile();
  expect(lists[0]?.cas[0]?.reactivate.length).toBe(120_000);
  const ranges = world.proxy.headers.flatMap(({ range }) => (range === undefined ? [] : [range]));
  expect(ranges).toEqual(['bytes=0-2097151', 'bytes=2097152-4194303']);
});

test('a file replaced while it is read is begun again, and no mixture of two versions is ever watched', async () => {
  const world = await watchWorld();
  await world.put(HALL, HEADER + LONG);
  const store = meddled(world.objects, HALL, new Map([[2, () => world.put(HALL, `${HEADER}ab,c1\n`)]]));
  const { lists, outcomes } = await world.compile({ store });
  expect(lists.map(shownList)).toEqual([{ 'ca c1': 'ab+' }, {}]);
  const now = await world.objects.head(objectKey(HALL));
  expect(outcomes).toMatchObject([{ kind: 'watch-changed', change: 'added', object: { etag: now?.etag } }]);
});

test('a file replaced again and again leaves its last good version in force, and is read once it rests', async () => {
  const world = await watchWorld();
  const cache: WatchCache = {};
  await world.put(HALL, `${HEADER}ab,c1\n`);
  await world.sweep({ cache });
  await world.put(HALL, `${HEADER}ac,c1\n`);
  const replace = (device: string) => (): Promise<void> => world.put(HALL, `${HEADER}${device},c1\n`);
  const acts = new Map([
    [1, replace('ad')],
    [2, replace('ae')],
  ]);
  const store = meddled(world.objects, HALL, acts);
  const { lists, outcomes, settle } = await world.compile({ cache, store });
  await settle();
  expect(lists.map(shownList)).toEqual([{ 'ca c1': 'ab+' }, {}]);
  expect(outcomes.map(inShort)).toEqual([`watch-refused kept-changing ${WATCH_INSTANCE}/hall.csv`]);
  expect(await world.sweep({ cache })).toEqual([`watch-changed changed ${WATCH_INSTANCE}/hall.csv`]);
  expect(await world.watched()).toEqual({ 'ca c1': 'ae+' });
});

test('a file deleted while it is read is a file that is gone', async () => {
  const world = await watchWorld();
  await world.put(HALL, `${HEADER}ab,c1\n`);
  await world.sweep();
  const remove = (): Promise<void> => world.objects.delete(objectKey(HALL));
  const { outcomes } = await world.compile({ store: meddled(world.objects, HALL, new Map([[1, remove]])) });
  expect(outcomes.map(inShort)).toEqual([
    `watch-changed removed ${WATCH_INSTANCE}/hall.csv`,
    `watch-shrunk vanished ${WATCH_INSTANCE}/hall.csv`,
  ]);
});

test('a file the store does not hand out stops no other, and is looked at again by the next sweep', async () => {
  const world = await watchWorld();
  const cache: WatchCache = {};
  await world.put(HALL, `${HEADER}ab,c1\n`);
  await world.put(`watch/${WATCH_INSTANCE}/yard.csv`, `${HEADER}ac,c1\n`);
  const denied = new ServiceFailure(failureFacts('oss', { code: 'AccessDenied', status: 403, requestId: 'R1' }));
  const store = meddled(world.objects, HALL, new Map([[1, () => Promise.reject(denied)]]));
  const { lists, outcomes, settle } = await world.compile({ cache, store });
  await settle();
  expect(outcomes.map(inShort)).toContain(`watch-refused store-refused ${WATCH_INSTANCE}/hall.csv`);
  expect(outcomes.map((outcome) => watchFields(outcome).named['shown'])).toContain('AccessDenied');
  expect(lists.map(shownList)).toEqual([{ 'ca c1': 'ac+' }, {}]);
  expect(await world.sweep({ cache })).toEqual([`watch-changed mended ${WATCH_INSTANCE}/hall.csv`]);
});

test('files in the wrong place are told once with the reason, many of them as one', async () => {
  const world = await watchWorld();
  await world.put('watch/loose.csv', HEADER);
  await world.put('watch/post-cn-nobodys001/a.csv', HEADER);
  await world.put(`watch/${OTHER}/deep/a.csv`, HEADER);
  for (let n = 0; n < 6; n += 1) await world.put(`watch/${OTHER}/list-${String(n)}.xlsx`, 'x');
  expect(await world.sweep()).toEqual([
    'watch-refused nested loose.csv',
    `watch-refused nested ${OTHER}/deep/a.csv`,
    'watch-refused instance-unknown post-cn-nobodys001/a.csv',
    'watch-refused not-csv watch/',
  ]);
  expect(await world.sweep()).toEqual([]);
  await world.put(`watch/${OTHER}/list-9.xlsx`, 'x');
  expect(await world.sweep()).toEqual(['watch-refused not-csv watch/']);
});

test('a file over a limit is refused as a whole, and the lists that were there before stay', async () => {
  const world = await watchWorld();
  const key = (name: string): string => `watch/${WATCH_INSTANCE}/${name}.csv`;
  await world.put(key('m'), `${HEADER}ab,c1\nac,c1\n`);
  const lines = { lines: 3, bytes: 1000 };
  await world.sweep({ limits: lines });
  await world.put(key('a'), `${HEADER}ba,c1\nbb,c1\n`);
  await world.put(key('z'), `${HEADER}ca,c1\n`);
  expect(await world.sweep({ limits: lines })).toEqual([
    `watch-refused too-many-lines ${WATCH_INSTANCE}/a.csv`,
    `watch-changed added ${WATCH_INSTANCE}/z.csv`,
  ]);
  expect(await world.sweep({ limits: lines })).toEqual([]);
  const [list] = (await world.compile({ limits: lines })).lists;
  expect(list === undefined ? {} : shownList(list)).toEqual({ 'ca c1': 'ab+ ac+ ca+' });
  await world.put(key('n'), `${HEADER}${' '.repeat(1000)}\n`);
  expect(await world.sweep({ limits: lines })).toEqual([`watch-refused too-large ${WATCH_INSTANCE}/n.csv`]);
  // A list that grew loses its place to those that did not, and keeps its last good version.
  await world.put(key('m'), `${HEADER}ab,c1\nac,c1\nad,c1\n`);
  expect(await world.sweep({ limits: lines })).toEqual([`watch-refused too-many-lines ${WATCH_INSTANCE}/m.csv`]);
  const [after] = (await world.compile({ limits: lines })).lists;
  expect(after === undefined ? {} : shownList(after)).toEqual({ 'ca c1': 'ab+ ac+ ca+' });
});

test('a private key in a list is never copied or shown', async () => {
  const world = await watchWorld();
  await world.put(HALL, `${HEADER}ab,c1\n-----BEGIN PRIVATE KEY-----\ncanaryKeyBody\n`);
  const { outcomes, settle } = await world.compile();
  await settle();
  expect(outcomes.map(inShort)).toEqual([`watch-refused private-key ${WATCH_INSTANCE}/hall.csv`]);
  expect(JSON.stringify(outcomes.map(watchFields))).not.toContain('canary');
  expect(await world.keys('state/')).toEqual([WATCH_INDEX_KEY]);
});

test('wherever a run is killed, the next one tells the same, with the same identities, and ends in the same state', async () => {
  const told = async (
    killAt: number,
  ): Promise<{ readonly ids: readonly string[]; readonly state: readonly string[] }> => {
    const world = await watchWorld();
    await world.put(HALL, `${HEADER}ab,c1\nac,c1\n`);
    await world.put(`watch/${WATCH_INSTANCE}/yard.csv`, `${HEADER}ad,c1\n`);
    await world.sweep();
    await world.put(HALL, `${HEADER}ab,c1\n123,c1\n`);
    await world.objects.delete(objectKey(`watch/${WATCH_INSTANCE}/yard.csv`));
    const ids: string[] = [];
    for (const store of [killed(world.objects, killAt), world.objects]) {
      const run = await world.compile({ store }).catch(onlyKilled);
      ids.push(...(run?.outcomes ?? []).map((one) => `${inShort(one)} ${watchIdentity(one).slice(3).join(' ')}`));
      await run?.settle().catch(onlyKilled);
    }
    expect(await world.sweep()).toEqual([]);
    return { ids: [...new Set(ids)].sort(), state: await world.keys('state/') };
  };
  const clean = await told(Number.POSITIVE_INFINITY);
  expect(clean.ids).toEqual([
    `watch-changed changed ${WATCH_INSTANCE}/hall.csv changed`,
    `watch-changed removed ${WATCH_INSTANCE}/yard.csv removed`,
    `watch-line-bad digits-only ${WATCH_INSTANCE}/hall.csv 1`,
    `watch-shrunk shrunk ${WATCH_INSTANCE}/hall.csv shrunk`,
    `watch-shrunk vanished ${WATCH_INSTANCE}/yard.csv vanished`,
  ]);
  for (let killAt = 1; killAt <= 6; killAt += 1) expect(await told(killAt)).toEqual(clean);
});

class Killed extends Error {}

function onlyKilled(error: unknown): undefined {
  if (!(error instanceof Killed)) throw error;
  return undefined;
}

/** The store of a run that is killed at its `nth` call and does nothing any more from there on. */
function killed(store: ObjectStore, nth: number): ObjectStore {
  let calls = 0;
  const live = <Request, Answer>(call: (request: Request) => Promise<Answer>) => {
    return (request: Request): Promise<Answer> => {
      calls += 1;
      return calls >= nth ? Promise.reject(new Killed()) : call(request);
    };
  };
  return {
    list: live(store.list),
    read: live(store.read),
    readRange: live(store.readRange),
    head: live(store.head),
    put: live(store.put),
    create: live(store.create),
    copy: live(store.copy),
    delete: live(store.delete),
    deleteMany: live(store.deleteMany),
  };
}

test('an index that can not be read counts as none, and says so in the run log', async () => {
  const world = await watchWorld();
  await world.put(HALL, `${HEADER}ab,c1\n`);
  await world.sweep();
  await world.put(WATCH_INDEX_KEY, '{"schema":2}');
  expect(await world.sweep()).toEqual([`watch-changed added ${WATCH_INSTANCE}/hall.csv`]);
  expect(world.lines).toEqual([{ event: 'watch-index-unreadable' }]);
  expect(await world.sweep()).toEqual([]);
});

test('a thousand lists are read, those known before first, and the rest is told as one', async () => {
  const world = await watchWorld();
  const key = (n: number): string => `watch/${WATCH_INSTANCE}/${String(n).padStart(4, '0')}.csv`;
  await world.put(`watch/${WATCH_INSTANCE}/zz.csv`, `${HEADER}ffff,c1\n`);
  await world.sweep();
  for (let n = 0; n < 1006; n += 1) await world.put(key(n), `${HEADER}0x${(n + 1).toString(16)},c1\n`);
  const { lists, outcomes } = await world.compile();
  expect(lists[0]?.files).toHaveLength(1000);
  expect(lists[0]?.files.at(-2)?.key).toBe(key(998));
  expect(lists[0]?.files.at(-1)?.key).toBe(`watch/${WATCH_INSTANCE}/zz.csv`);
  const refused = outcomes.filter(({ kind }) => kind === 'watch-refused');
  expect(refused).toMatchObject([{ problem: 'too-many-files', files: 7, shown: key(999) }]);
}, 120_000);
