import {
  closeSync,
  createReadStream,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type DeviceEntry, formatEntry, parseEntry } from './device-entry.ts';
import { createDeviceRegistry, type DeviceRegistry } from './device-registry.ts';

/** The devices of a folder, kept by appending what changes; the file is written anew only at a start, and seldom. */
export interface KeptDevices {
  readonly devices: DeviceRegistry;
  /** Puts on disk what was noted. */
  readonly flush: () => void;
  /** Flushes and closes the file; changes are no longer kept. */
  readonly close: () => void;
}

const DELAY_MS = 25; // shorter than the delay of `state.json`: a CA that is gone there has lost its devices here
const PENDING_MAX_CHARS = 1024 * 1024;
const NEWLINE = 0x0a;
const fileOf = (folder: string): string => join(folder, 'devices.jsonl');

/**
 * Opens the devices of a folder. A last line that a crash cut off is dropped, because its change was never answered for
 * long; anything else that this program did not write makes it throw, because starting without devices would look like
 * lost registrations.
 */
export async function openDevices(folder: string): Promise<KeptDevices> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const journal = createJournal(fileOf(folder));
  const devices = createDeviceRegistry(journal.note);
  const lines = await replay(fileOf(folder), devices);
  const live = devices.cas().reduce((sum, { instance, ca }) => sum + devices.count(instance, ca), 0);
  const isWorthIt = lines > live * 2 + 1000;
  if (isWorthIt || !endsWithNewline(fileOf(folder))) rewrite(fileOf(folder), devices);
  journal.open();
  return { devices, flush: journal.flush, close: journal.close };
}

/** Devices that live as long as the process. */
export function openFleetingDevices(): KeptDevices {
  return { devices: createDeviceRegistry(), flush: () => undefined, close: () => undefined };
}

async function replay(file: string, devices: DeviceRegistry): Promise<number> {
  if (sizeOf(file) === 0) return 0;
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
  let count = 0;
  let broken = 0;
  for await (const line of lines) {
    if (broken > 0) throw new Error(`line ${String(broken)} of the saved devices is not of this program`);
    count += 1;
    const entry = parseEntry(line);
    if (entry === undefined) broken = count;
    else apply(entry, devices);
  }
  if (broken > 0 && endsWithNewline(file)) {
    throw new Error(`line ${String(broken)} of the saved devices is not of this program`);
  }
  return count;
}

function apply(entry: DeviceEntry, devices: DeviceRegistry): void {
  switch (entry.kind) {
    case 'registered':
      devices.add(entry.instance, entry.device);
      return;
    case 'status':
      devices.setStatus({ ...entry, serial: Buffer.from(entry.serial, 'hex') }, entry.status);
      return;
    case 'deleted':
      devices.remove({ ...entry, serial: Buffer.from(entry.serial, 'hex') });
      return;
    case 'ca-deleted':
      devices.removeCa(entry.instance, entry.ca);
      return;
    case 'cleared':
      devices.clear();
      return;
    default:
      throw new Error(`no such change: ${String(entry satisfies never)}`);
  }
}

/** Writes what is there now beside the file and renames over it, so that a crash leaves the old file or the new one. */
function rewrite(file: string, devices: DeviceRegistry): void {
  const temporary = `${file}.tmp`;
  const journal = createJournal(temporary);
  journal.open('w');
  for (const instance of new Set(devices.cas().map((held) => held.instance))) {
    for (const device of devices.all(instance)) journal.note({ kind: 'registered', instance, device });
  }
  journal.close();
  renameSync(temporary, file);
}

interface Journal {
  /** Ignored until the file is open. */
  readonly note: (entry: DeviceEntry) => void;
  readonly open: (flags?: 'a' | 'w') => void;
  readonly flush: () => void;
  readonly close: () => void;
}

function createJournal(file: string): Journal {
  let descriptor: number | undefined;
  let pending = '';
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (descriptor === undefined || pending === '') return;
    const bytes = Buffer.from(pending, 'utf8');
    pending = ''; // what a full disk refuses is reported, not kept: memory is bounded
    const { size } = fstatSync(descriptor);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    } catch (error) {
      ftruncateSync(descriptor, size); // half a line in the middle would make the whole file unreadable
      throw error;
    }
  };
  const flushLater = (): void => {
    try {
      flush();
    } catch (error) {
      process.stderr.write(`local cloud: device certificates were not saved: ${String(error)}\n`);
    }
  };
  return {
    note: (entry) => {
      if (descriptor === undefined) return;
      if (entry.kind === 'cleared') {
        pending = '';
        ftruncateSync(descriptor);
        return;
      }
      pending += `${formatEntry(entry)}\n`;
      if (pending.length >= PENDING_MAX_CHARS) flushLater();
      else timer ??= setTimeout(flushLater, DELAY_MS).unref();
    },
    open: (flags = 'a') => {
      descriptor = openSync(file, flags, 0o600);
    },
    flush,
    close: () => {
      flush();
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** An empty or absent file counts as ended. */
function endsWithNewline(file: string): boolean {
  const size = sizeOf(file);
  if (size === 0) return true;
  const descriptor = openSync(file, 'r');
  try {
    const last = Buffer.alloc(1);
    readSync(descriptor, last, 0, 1, size - 1);
    return last[0] === NEWLINE;
  } finally {
    closeSync(descriptor);
  }
}
