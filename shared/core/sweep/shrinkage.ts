/** How much one file makes watched. */
export interface WatchCounts {
  /** Lines with anything in them, the header not counted. */
  readonly lines: number;
  /** Lines that name one device, repetitions included. */
  readonly named: number;
  /** CAs whose every device is watched. */
  readonly stars: number;
}

/** How a list became smaller; it may be meant, or an export that broke off. */
export type Shrinkage = 'emptied' | 'star-removed' | 'shrunk';

/** A list may lose this many percent of its lines before somebody is told. */
const TOLERATED_PERCENT = 10;

/** Tells a list that lost more than a tenth of its devices, all of them, or a line that stood for a whole CA. */
export function shrinkageOf(before: WatchCounts, after: WatchCounts): Shrinkage | undefined {
  const had = before.named + before.stars;
  const has = after.named + after.stars;
  if (had === 0) return undefined;
  if (has === 0) return 'emptied';
  if (after.stars < before.stars) return 'star-removed';
  return (had - has) * 100 > had * TOLERATED_PERCENT ? 'shrunk' : undefined;
}
