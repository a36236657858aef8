import type { Worker } from './worker.ts';

/** A worker that is free, or `undefined` when no more may run at this moment. */
export interface WorkerPool {
  /**
   * Takes a worker for one call: a frozen one of this function, else a new one.
   *
   * @param limit - How many of this function may run at once (`reservedConcurrency`).
   * @returns `undefined` when the limit, or the limit of all functions together, is reached.
   */
  readonly take: (functionName: string, limit: number) => Promise<Worker | undefined>;
  /** True when `take` would give a worker now. */
  readonly hasRoom: (functionName: string, limit: number) => boolean;
  /** Gives a worker back. One that is gone is not kept. */
  readonly giveBack: (functionName: string, worker: Worker, usable: boolean) => void;
  readonly running: () => number;
  readonly close: () => Promise<void>;
}

interface IdleWorker {
  readonly functionName: string;
  readonly worker: Worker;
  readonly timer: NodeJS.Timeout;
}

/**
 * Keeps function workers.
 *
 * @param start - Starts a worker of a function.
 * @param maxWorkers - Most workers at once, frozen ones included; the longest frozen one makes room for a new one.
 * @param idleMs - Frozen workers are ended after this time (FC: 2 to 5 minutes).
 */
export function createWorkerPool(options: {
  readonly start: (functionName: string) => Worker;
  readonly maxWorkers: number;
  readonly idleMs: number;
}): WorkerPool {
  const busy = new Map<Worker, string>();
  let idle: readonly IdleWorker[] = [];

  const drop = (entry: IdleWorker): Promise<void> => {
    clearTimeout(entry.timer);
    idle = idle.filter((other) => other !== entry);
    return entry.worker.kill();
  };
  const runningOf = (functionName: string): number => [...busy.values()].filter((name) => name === functionName).length;
  const hasRoom = (functionName: string, limit: number): boolean =>
    busy.size < options.maxWorkers && runningOf(functionName) < limit;

  return {
    hasRoom,
    running: () => busy.size,
    take: async (functionName, limit) => {
      if (!hasRoom(functionName, limit)) return undefined;
      const frozen = idle.findLast((entry) => entry.functionName === functionName); // the warmest one
      if (frozen !== undefined) {
        clearTimeout(frozen.timer);
        idle = idle.filter((other) => other !== frozen);
        busy.set(frozen.worker, functionName);
        return frozen.worker;
      }
      const oldest = idle[0];
      const worker = options.start(functionName);
      busy.set(worker, functionName);
      if (oldest !== undefined && busy.size + idle.length > options.maxWorkers) await drop(oldest);
      return worker;
    },
    giveBack: (functionName, worker, usable) => {
      busy.delete(worker);
      if (!usable) return;
      const timer = setTimeout(() => {
        const entry = idle.find((other) => other.worker === worker);
        if (entry !== undefined) void drop(entry);
      }, options.idleMs);
      timer.unref();
      idle = [...idle, { functionName, worker, timer }];
    },
    close: async () => {
      const workers = [...busy.keys(), ...idle.map((entry) => entry.worker)];
      for (const entry of idle) clearTimeout(entry.timer);
      idle = [];
      await Promise.all(workers.map((worker) => worker.kill()));
    },
  };
}
