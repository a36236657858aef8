import type { EpochMs } from '../time.ts';
import type { MessageLanguage } from './message.ts';

/** How messages are written, and for whom. */
export interface ComposeOptions {
  readonly language: MessageLanguage;
  /** An IANA name; the times of a message are local times with their offset. */
  readonly timeZone: string;
  readonly now: EpochMs;
  /** Stands in every title; may be empty. */
  readonly keyword: string;
  readonly logProject: string;
  readonly logStore: string;
}
