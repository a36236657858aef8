import type { InstanceId } from '../instance.ts';
import type { CaSerial, DeviceSerial } from '../serial.ts';
import type { EpochMs } from '../time.ts';
import type { SweepId } from './sweep-id.ts';

/** A hold that names a device. */
export interface FoundHold {
  /** Past its end a hold still holds until it is removed. */
  readonly kind: 'held' | 'hold-expired';
  /** Safe to show. */
  readonly owner: string;
  /** `undefined`: the line's date can not be read; it holds all the same. */
  readonly until: EpochMs | undefined;
  /** The object key, safe to show, and the line in it. */
  readonly file: string;
  readonly line: number;
}

/** Every hold there is, across all files. */
export interface HoldSet {
  readonly find: (instance: InstanceId, ca: CaSerial, device: DeviceSerial) => FoundHold | undefined;
  /** Lines that name no readable device: nobody knows whom they mean. */
  readonly anonymous: readonly { readonly file: string; readonly line: number }[];
  readonly count: number;
}

/**
 * A person's word that the devices vetoed in a sweep may be let through, once, within 24 hours: every device that has
 * not been let through yet, with the sweep it was vetoed in.
 */
export type Release = ReadonlyMap<DeviceSerial, SweepId>;

/** What people have said, as read at one moment. Fails closed: what could not be read is a no. */
export interface Controls {
  readonly readAt: EpochMs;
  /** `observing`: the deployment was told to only look since something was decided. */
  readonly paused: 'no' | 'yes' | 'observing' | 'unreadable';
  readonly holds: HoldSet | 'unreadable';
  /** Whom releases let through under the CA in question. */
  readonly release: Release | 'none' | 'unreadable';
  /** Whether everything this deployment set out to do in the last 7 days is known. */
  readonly intents: 'read' | 'unreadable';
}
