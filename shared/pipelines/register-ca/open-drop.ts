import type { DropFacts, EventClaims } from '../../core/drop-outcome.ts';
import type { DropSource } from '../../core/drop-source.ts';
import type { FolderState } from '../../core/drop-state.ts';
import type { Lease } from '../hold-lease.ts';
import type { DropFile, DropListing } from './read-drop.ts';

/** A drop folder (or misplaced file) whose lease this run holds, and what is known about it since. */
export interface HeldSource {
  readonly source: DropSource;
  readonly state: FolderState;
  readonly lease: Lease;
  readonly claims?: EventClaims;
}

/** One listed drop, under its lease, with the files as they were read. */
export interface OpenDrop {
  readonly held: HeldSource;
  readonly listing: DropListing;
  readonly facts: DropFacts;
  readonly files: readonly DropFile[];
}
