import { readdirSync, readFileSync } from 'node:fs';

/** Highest resident memory of function workers that was ever seen. */
export interface MemoryWatch {
  /** Looks at the workers there are now. Each carries its own peak, so a look every second misses nothing that lasts. */
  readonly look: () => void;
  /** MB; 0 where there is no `/proc` to read it from. */
  readonly peakMb: () => number;
  /** How many different workers were seen. */
  readonly workers: () => number;
}

/**
 * Watches the function workers of the local cloud in this process, through Linux's `/proc`. The peak a process reports
 * about itself (`ru_maxrss`) would not do: it begins with the size of the process that started it.
 *
 * @see proc(5), `VmHWM` of `/proc/<pid>/status`.
 */
export function watchWorkerMemory(): MemoryWatch {
  const peaks = new Map<string, number>();
  return {
    look: () => {
      for (const pid of processIds()) {
        const peak = workerPeakMb(pid);
        if (peak !== undefined) peaks.set(pid, peak);
      }
    },
    peakMb: () => Math.max(0, ...peaks.values()),
    workers: () => peaks.size,
  };
}

function processIds(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return []; // no Linux
  }
}

/** `undefined` for a process that is no worker of ours, or gone. */
function workerPeakMb(pid: string): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    if (!status.includes(`\nPPid:\t${process.pid}\n`)) return undefined;
    // Before it has loaded its own program, a new child is still a copy of this process.
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('fc-worker')) return undefined;
    const peakKb = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return peakKb === undefined ? undefined : Number(peakKb) / 1024;
  } catch {
    return undefined; // gone between two looks
  }
}
