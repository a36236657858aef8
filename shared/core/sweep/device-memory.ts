import { type Classified, DEVICE_CLASSES, type DeviceClass, type DeviceStage } from './device-class.ts';
import { DEVICE_STAGES } from './expiry-stages.ts';

/**
 * What is remembered of one watched device, in one byte: bits 0 to 2 its last class, bits 3 to 5 the last announced
 * expiry stage (0 none, 1 to 7 the stages from 60 days to 0), bit 6 that this deployment saw it active, bit 7 that the
 * service ever had it.
 */
export interface DeviceMemory {
  readonly class: DeviceClass;
  readonly announced: DeviceStage | undefined;
  readonly seenActive: boolean;
  readonly known: boolean;
}

const CLASS_BITS = 0b0000_0111;
const STAGE_SHIFT = 3;
const STAGE_BITS = 0b0000_0111;
const SEEN_ACTIVE = 0b0100_0000;
const KNOWN = 0b1000_0000;

/** Reads a memory byte. Every byte means something. */
export function readMemory(byte: number): DeviceMemory {
  const stage = (byte >> STAGE_SHIFT) & STAGE_BITS;
  return {
    class: DEVICE_CLASSES[byte & CLASS_BITS] ?? 'never-seen',
    announced: stage === 0 ? undefined : DEVICE_STAGES[stage - 1],
    seenActive: (byte & SEEN_ACTIVE) !== 0,
    known: (byte & KNOWN) !== 0,
  };
}

/** Writes a memory byte. */
export function memoryByte(memory: DeviceMemory): number {
  const stage = memory.announced === undefined ? 0 : DEVICE_STAGES.indexOf(memory.announced) + 1;
  const flags = (memory.seenActive ? SEEN_ACTIVE : 0) | (memory.known ? KNOWN : 0);
  return DEVICE_CLASSES.indexOf(memory.class) | (stage << STAGE_SHIFT) | flags;
}

/** What is to be told about a device, if anything. */
export type DeviceNews =
  | 'none'
  | 'device-inactive'
  | 'device-expiring'
  | 'device-expired'
  | 'device-missing'
  | 'device-unreadable'
  | 'device-recovered';

/** The memory after a reading, and what to tell. */
export interface Transition {
  readonly memory: DeviceMemory;
  readonly news: DeviceNews;
}

/**
 * Takes one reading into memory. News comes when the class changes, when an expiring certificate reaches a stage
 * nearer than the announced one, and for lasting trouble once a day. An unreadable device keeps its announced stage and
 * what was known, so that nothing is announced twice or missed because of an outage.
 *
 * @param isDaily - Whether this sweep repeats lasting trouble (once every 24 hours).
 */
export function remember(before: DeviceMemory, now: Classified, isDaily: boolean): Transition {
  const announced = now.class === 'expiring' ? nearer(before.announced, now.stage) : keptStage(before, now.class);
  const isActive = now.class === 'healthy' || now.class === 'expiring' || now.class === 'expired';
  const memory: DeviceMemory = {
    class: now.class,
    announced,
    seenActive: before.seenActive || isActive,
    known: before.known || isActive || now.class === 'inactive',
  };
  return { memory, news: newsAfter(before, memory, isDaily) };
}

/** A renewed certificate (healthy again) starts its stages anew; an outage or a switch-off does not. */
function keptStage(before: DeviceMemory, now: DeviceClass): DeviceStage | undefined {
  return now === 'healthy' ? undefined : before.announced;
}

function nearer(announced: DeviceStage | undefined, stage: DeviceStage | undefined): DeviceStage | undefined {
  if (stage === undefined) return announced;
  return announced === undefined || stage < announced ? stage : announced;
}

/** What is to be told about a device whose memory went from `before` to `after`. */
export function newsAfter(before: DeviceMemory, after: DeviceMemory, isDaily: boolean): DeviceNews {
  const isChanged = before.class !== after.class;
  switch (after.class) {
    case 'healthy':
      return isChanged && isTrouble(before.class) ? 'device-recovered' : 'none';
    case 'expiring':
      if (after.announced !== before.announced) return 'device-expiring';
      return isChanged && isTrouble(before.class) ? 'device-recovered' : 'none';
    case 'expired':
      return isChanged || isDaily ? 'device-expired' : 'none';
    case 'inactive':
      return isChanged || isDaily ? 'device-inactive' : 'none';
    case 'missing':
      return isChanged || isDaily ? 'device-missing' : 'none';
    case 'unreadable':
      return isChanged || isDaily ? 'device-unreadable' : 'none';
    case 'never-seen':
    case 'not-registered':
      return 'none'; // counted in the summary: it never connected, which is nobody's fault
  }
}

function isTrouble(known: DeviceClass): boolean {
  return known === 'expired' || known === 'inactive' || known === 'missing' || known === 'unreadable';
}
