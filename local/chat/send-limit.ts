import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { writePrivateFile } from '../data-folder.ts';

/** At most `count` messages in any `windowMs`; one more is refused, and so is every other for `muteMs` after it. */
export interface SendRule {
  readonly count: number;
  readonly windowMs: number;
  readonly muteMs: number;
}

/** Whether one more message may be shown. */
export type Admission = { readonly kind: 'admitted' } | { readonly kind: 'throttled'; readonly retryAfterMs: number };

/** Counts the messages of one chat against its limits, over restarts too. */
export interface SendLimit {
  /** @param now - Moved time, epoch milliseconds. */
  readonly take: (now: number) => Admission;
  readonly clear: () => void;
}

const time = v.pipe(v.number(), v.safeInteger());
const schema = v.strictObject({ times: v.pipe(v.array(time), v.maxLength(10_000)), mutedUntil: time });

type State = Readonly<v.InferOutput<typeof schema>>;

const FRESH: State = { times: [], mutedUntil: 0 };

/** Opens the counters that a file keeps; an unreadable file counts as none. */
export function openSendLimit(path: string, rules: () => readonly SendRule[]): SendLimit {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let state = read(path);
  const keep = (next: State): void => {
    state = next;
    writePrivateFile(path, JSON.stringify(next));
  };
  return {
    take: (now) => {
      if (now < state.mutedUntil) return { kind: 'throttled', retryAfterMs: state.mutedUntil - now };
      const current = rules();
      const longest = Math.max(0, ...current.map((rule) => rule.windowMs));
      const times = state.times.filter((at) => at > now - longest && at <= now);
      const broken = current.find((rule) => countIn(times, now - rule.windowMs) >= rule.count);
      if (broken === undefined) {
        keep({ times: [...times, now], mutedUntil: 0 });
        return { kind: 'admitted' };
      }
      if (broken.muteMs > 0) keep({ times: [], mutedUntil: now + broken.muteMs });
      return { kind: 'throttled', retryAfterMs: broken.muteMs > 0 ? broken.muteMs : untilFree(times, broken, now) };
    },
    clear: () => keep(FRESH),
  };
}

const countIn = (times: readonly number[], after: number): number => times.filter((at) => at > after).length;

/** When the oldest message that still counts leaves the window. */
function untilFree(times: readonly number[], rule: SendRule, now: number): number {
  const oldest = times.filter((at) => at > now - rule.windowMs).at(-rule.count) ?? now;
  return oldest + rule.windowMs - now;
}

function read(path: string): State {
  if (!existsSync(path)) return FRESH;
  try {
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.output : FRESH;
  } catch {
    return FRESH; // cut off by a crash
  }
}
