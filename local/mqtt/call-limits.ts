import type { MqttSettings } from './settings.ts';

/** What the limiters say about one call. */
export type Admission =
  | { readonly kind: 'go' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }
  | { readonly kind: 'blocked' };

/** Both limits of the service (page "QPS limits"). Times are monotonic milliseconds. */
export interface CallLimits {
  /** Counts an arrival from an address; the arrival that goes over the limit blocks the address. */
  readonly arrive: (source: string, at: number) => Admission;
  /** Counts a call of the account; a refused one does not count. */
  readonly call: (at: number) => Admission;
  /** Forgets every count and every block. */
  readonly clear: () => void;
}

const WINDOW_MS = 1000;
const MAX_SOURCES = 1000; // loopback has 16 million addresses; a test uses a few
const GO: Admission = { kind: 'go' };
const BLOCKED: Admission = { kind: 'blocked' };

/** Drops the times that left the sliding second, oldest first. */
function slide(times: number[], at: number): void {
  const firstInside = times.findIndex((time) => time > at - WINDOW_MS);
  times.splice(0, firstInside === -1 ? times.length : firstInside);
}

/** Limiters with nothing counted; the limits are read anew for every call. */
export function createCallLimits(settings: () => MqttSettings): CallLimits {
  const account: number[] = [];
  const sources = new Map<string, number[]>();
  const blockedUntil = new Map<string, number>();

  const timesOf = (source: string): number[] => {
    const times = sources.get(source) ?? [];
    if (!sources.has(source) && sources.size >= MAX_SOURCES) sources.clear();
    sources.set(source, times);
    return times;
  };
  return {
    arrive: (source, at) => {
      const until = blockedUntil.get(source);
      if (until !== undefined && at < until) return BLOCKED;
      blockedUntil.delete(source);
      const times = timesOf(source);
      slide(times, at);
      times.push(at);
      if (times.length <= settings().callsPerSecondPerSource) return GO;
      sources.delete(source);
      blockedUntil.set(source, at + settings().blockMs);
      return BLOCKED;
    },
    call: (at) => {
      slide(account, at);
      if (account.length < settings().callsPerSecond) {
        account.push(at);
        return GO;
      }
      return { kind: 'throttled', retryAfterMs: Math.ceil((account[0] ?? at) + WINDOW_MS - at) };
    },
    clear: () => {
      account.length = 0;
      sources.clear();
      blockedUntil.clear();
    },
  };
}
