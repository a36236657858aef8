import { UNWRITABLE } from '../../shared/core/notify/notify-layout.ts';
import type { ObjectKey } from '../../shared/core/object-version.ts';
import type { EventId } from '../../shared/core/outcome-record.ts';
import type { OutcomeKind } from '../../shared/core/outcome-table.ts';
import { listAll } from '../../shared/pipelines/each-page.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { callAdmin } from './admin-call.ts';
import { readTellerState } from './alert-state.ts';
import { nowOf } from './reading.ts';
import type { Target } from './target.ts';

/** A test that lies in the outbox. */
export interface WatchedTest {
  /** The kind it tests. */
  readonly about: OutcomeKind;
  readonly key: ObjectKey;
  readonly id: EventId;
}

/** What became of a test; `not-told`: it left the outbox untold. */
export interface TestResult extends WatchedTest {
  readonly result: 'taken' | 'waits' | 'not-told';
}

/** So long nothing may happen: on the account a timer comes every minute, and the robot has its own. */
const PATIENCE_MS = { account: 180_000, local: 90_000 } as const;
const LOOK_EVERY_MS = { account: 3_000, local: 300 } as const;
/** The timer of the local cloud is asked to come: the next pass need not wait for the minute. */
const TICK_EVERY_MS = 1_500;
/** Parked objects that are looked into, and how far: a message has 20,000 octets at most, twice with its samples. */
const PARKED_READ = 200;
const PARKED_MAX_BYTES = 256 * 1024;

interface Watching {
  readonly store: ObjectStore;
  readonly target: Target;
  readonly io: CommandIo;
  /** Says nothing of how far it is. */
  readonly isQuiet: boolean;
}

/**
 * Waits until every test left the outbox, pass by pass, and says how far it is. It ends early when it is stopped or
 * when nothing happens any more; what waits is told later by the timer.
 */
export async function watchTests(tests: readonly WatchedTest[], watching: Watching): Promise<readonly TestResult[]> {
  const { io, isQuiet, store, target } = watching;
  const parkedBefore = new Set(await parkedKeys(store));
  let left = tests;
  let lastTick = Number.NEGATIVE_INFINITY;
  let lastNews = Date.now();
  if (target.kind === 'account' && !isQuiet) io.stderr('The timer of notify comes within a minute …\n');
  while (left.length > 0 && !io.stopped.aborted && Date.now() - lastNews < PATIENCE_MS[target.kind]) {
    if (target.kind === 'local' && Date.now() - lastTick >= TICK_EVERY_MS) {
      await callAdmin(target, { method: 'POST', path: '/tick', body: { function: 'notify' } });
      lastTick = Date.now();
    }
    await pause(LOOK_EVERY_MS[target.kind], io.stopped);
    const still = await stillThere(store, left);
    if (still.length === left.length) continue;
    left = still;
    lastNews = Date.now();
    if (tests.length > 1 && !isQuiet) io.stderr(`${tests.length - left.length} of ${tests.length} are out …\n`);
  }
  const parked = (await parkedKeys(store)).filter((key) => !parkedBefore.has(key));
  return resultsOf(tests, { left, parked }, watching);
}

async function stillThere(store: ObjectStore, tests: readonly WatchedTest[]): Promise<readonly WatchedTest[]> {
  const there = await Promise.all(
    tests.map(async (test) => ((await store.head(test.key)) === undefined ? [] : [test])),
  );
  return there.flat();
}

async function parkedKeys(store: ObjectStore): Promise<readonly ObjectKey[]> {
  return (await listAll(store, { prefix: UNWRITABLE })).objects.map(({ key }) => key);
}

/** The teller remembers what it brought to an end; a text that was refused in every form is parked, what is muted is not told. */
async function resultsOf(
  tests: readonly WatchedTest[],
  { left, parked }: { readonly left: readonly WatchedTest[]; readonly parked: readonly ObjectKey[] },
  { io, store, target }: Watching,
): Promise<readonly TestResult[]> {
  const waiting = new Set(left.map(({ key }) => key));
  const told = new Set((await readTellerState(store, await nowOf(target, io))).memory.told);
  const refused = await parkedTexts(store, parked);
  return tests.map((test) => {
    if (waiting.has(test.key)) return { ...test, result: 'waits' };
    return { ...test, result: told.has(test.id) && !refused.includes(test.id) ? 'taken' : 'not-told' };
  });
}

async function parkedTexts(store: ObjectStore, keys: readonly ObjectKey[]): Promise<string> {
  let texts = '';
  for (const key of keys.slice(0, PARKED_READ)) {
    const read = await store.read({ key, maxBytes: PARKED_MAX_BYTES });
    if (read.kind === 'found') texts += read.bytes.toString('utf8');
  }
  return texts;
}

/** Waits, unless it is stopped. */
async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopped.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stopped.addEventListener('abort', end);
  });
}
