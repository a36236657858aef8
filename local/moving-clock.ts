import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLocalClock, type LocalClock } from './clock.ts';
import { writePrivateFile } from './data-folder.ts';

const FILE = 'clock.json';

/**
 * The clock of a data folder. How far it was moved outlives the process: what was written at the moved time must not
 * lie in the future after a restart.
 *
 * @param onMove - Told after every move, so that what waits for a time can look at it again.
 */
export function openClock(dataFolder: string, onMove: () => void): LocalClock {
  const path = join(dataFolder, FILE);
  const clock = createLocalClock();
  const kept = existsSync(path) ? readOffset(path) : 0;
  if (kept > 0) clock.advance(kept);
  return {
    ...clock,
    advance: (ms) => {
      clock.advance(ms);
      writePrivateFile(path, `${JSON.stringify({ offsetMs: clock.offsetMs() })}\n`);
      onMove();
    },
  };
}

function readOffset(path: string): number {
  try {
    const { offsetMs } = JSON.parse(readFileSync(path, 'utf8')) as { readonly offsetMs?: unknown };
    return typeof offsetMs === 'number' && Number.isSafeInteger(offsetMs) && offsetMs > 0 ? offsetMs : 0;
  } catch {
    return 0; // unreadable: the real time is as good a start as any
  }
}
