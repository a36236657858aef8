import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The lock's file in the data folder. */
export const LOCK_FILE = 'lock.json';
const TAKEOVER_FILE = 'lock.takeover';
/** A take-over lasts microseconds; one this old was left by a process that was killed in the middle. */
const TAKEOVER_MAX_AGE_MS = 10_000;

/** A held lock. */
export interface FolderLock {
  readonly release: () => void;
}

/** The lock, or the process that holds it. */
export type LockResult =
  | { readonly ok: true; readonly lock: FolderLock }
  | { readonly ok: false; readonly pid: number };

interface Holder {
  readonly pid: number;
  /** Tells a process from a later one with the same number; absent where the system does not say. */
  readonly born?: string;
}

/**
 * Takes the lock of a folder for this process. A lock whose process is gone is taken over; two that see the same stale
 * lock are told apart by a create-only file, and the loser sees the winner's lock.
 */
export function takeLock(folder: string, realNow: () => number): LockResult {
  const path = join(folder, LOCK_FILE);
  const mine: Holder = { pid: process.pid, ...birthOf(process.pid) };
  if (createOnly(path, mine)) return { ok: true, lock: lockAt(path) };
  const takeover = join(folder, TAKEOVER_FILE);
  if (!createOnly(takeover, mine)) {
    const age = realNow() - (statSync(takeover, { throwIfNoEntry: false })?.mtimeMs ?? realNow());
    if (age < TAKEOVER_MAX_AGE_MS) return { ok: false, pid: readHolder(takeover)?.pid ?? 0 };
    rmSync(takeover, { force: true });
    return takeLock(folder, realNow);
  }
  try {
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder)) return { ok: false, pid: holder.pid };
    rmSync(path, { force: true });
    return createOnly(path, mine) ? { ok: true, lock: lockAt(path) } : { ok: false, pid: readHolder(path)?.pid ?? 0 };
  } finally {
    rmSync(takeover, { force: true });
  }
}

function lockAt(path: string): FolderLock {
  return { release: () => rmSync(path, { force: true }) };
}

function createOnly(path: string, holder: Holder): boolean {
  try {
    writeFileSync(path, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const { pid, born } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Record<keyof Holder, unknown>>;
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
    return { pid, ...(typeof born === 'string' ? { born } : {}) };
  } catch {
    return undefined; // gone meanwhile, or half written by a process that was killed: nobody holds it
  }
}

function isAlive(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, and is someone else's
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  const { born } = birthOf(holder.pid);
  return born === undefined || holder.born === undefined || born === holder.born;
}

/** Boot id and start time of a process (proc(5): field 22 of stat), where there is a /proc. */
function birthOf(pid: number): { readonly born?: string } {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold blanks
    return { born: `${boot} ${fields[19] ?? ''}` };
  } catch {
    return {}; // no /proc here: the process number alone must do
  }
}
