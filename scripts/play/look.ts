import type { Act } from './act.ts';
import { type Expectation, waitFor } from './wait.ts';
import type { PlayWorld } from './world.ts';

/** Long enough for a cold start on a busy laptop; a drop or a sweep of forty takes about a second. */
const ACT_LIMIT_MS = 30_000;

/** Looks for something whenever a function has finished a call, until it is there; fails the play when it never is. */
export function lookUntil<Found>(
  act: Act,
  goal: Expectation,
  look: () => Promise<Found | undefined>,
  limitMs = ACT_LIMIT_MS,
): Promise<Found> {
  const { now, stopped } = act.world;
  return waitFor(goal, look, { now, stopped, limitMs, pause: (maxMs) => nextCall(act.world, maxMs) });
}

// A finished call is the reason to look again; the timer is there for what happens without one.
function nextCall(world: PlayWorld, maxMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      unsubscribe();
      world.stopped.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, maxMs);
    const unsubscribe = world.onFinishedCall(done);
    world.stopped.addEventListener('abort', done, { once: true });
  });
}
