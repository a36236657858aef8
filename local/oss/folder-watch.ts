/** The shortest and the longest pause between two looks at the folder. */
const MIN_PAUSE_MS = 200;
const MAX_PAUSE_MS = 5000;
/** A look may take this share of the time at most, so that a big bucket does not eat a processor. */
const MAX_SHARE = 0.05;

/** A watch that is under way. */
export interface FolderWatch {
  /** Ends it after the look that may be under way. */
  readonly stop: () => Promise<void>;
}

/**
 * Looks at the bucket folder again and again. Polling, not file system notifications: those need one watch for each
 * folder of a tree that grows by thousands, are limited by the system, and are lost on some container and network
 * file systems; a look costs a few microseconds for each file.
 *
 * @param look - One look; a failure is written to stderr, and the next look comes all the same.
 * @param monotonicMs - The time of this machine, in milliseconds.
 */
export function watchFolder(look: () => Promise<void>, monotonicMs: () => number): FolderWatch {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let lastMessage = ''; // one that stays is told once, not five times a second
  let underWay: Promise<void> = Promise.resolve();
  const next = async (): Promise<void> => {
    const startedAt = monotonicMs();
    try {
      await look();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== lastMessage)
        process.stderr.write(`local cloud: the bucket folder could not be read: ${message}\n`);
      lastMessage = message;
    }
    const pauseMs = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, (monotonicMs() - startedAt) / MAX_SHARE));
    if (!isStopped) schedule(pauseMs);
  };
  const schedule = (pauseMs: number): void => {
    timer = setTimeout(() => {
      underWay = next();
    }, pauseMs);
    timer.unref();
  };
  schedule(MIN_PAUSE_MS);
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
