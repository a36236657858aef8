import type { LocalClock } from '../clock.ts';
import type { FunctionDefinition, TriggerDefinition } from './function-definition.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

type TimerTrigger = Extract<TriggerDefinition, { triggerType: 'timer' }>;

/** Longest real wait before the schedules are looked at again; below Node's limit for timers. */
const MAX_WAIT_MS = 86_400_000;

/** The timer triggers of a function. */
export function timerTriggers(definition: FunctionDefinition): readonly TimerTrigger[] {
  return definition.triggers.filter((trigger): trigger is TimerTrigger => trigger.triggerType === 'timer');
}

/**
 * The payload of a timer trigger: three texts, the time in UTC with second precision.
 *
 * @see Time triggers, Function Compute documentation.
 */
export function timerEventPayload(trigger: TimerTrigger, dueMs: number): Buffer {
  const triggerTime = `${new Date(dueMs).toISOString().slice(0, 19)}Z`;
  const event = { triggerTime, triggerName: trigger.triggerName, payload: trigger.triggerConfig.payload };
  return Buffer.from(JSON.stringify(event));
}

/** Running timer triggers. */
export interface Timers {
  /** Looks at what is due: call it when the clock was moved. */
  readonly wake: () => void;
  readonly close: () => void;
}

interface RunningTimer {
  readonly functionName: string;
  readonly trigger: TimerTrigger;
  readonly schedule: Schedule;
  due: number | undefined;
}

/**
 * Fires the enabled timer triggers on the local clock. When the clock jumps over several firings of a trigger, only the
 * last one fires: the machine slept, and a burst of stale ticks would imitate nothing that the platform does.
 */
export function startTimers(
  definitions: readonly FunctionDefinition[],
  clock: LocalClock,
  onTick: (functionName: string, trigger: TimerTrigger, dueMs: number) => void,
): Timers {
  const anchor = clock.now();
  let timeout: NodeJS.Timeout | undefined;
  const timers = definitions.flatMap((definition) =>
    timerTriggers(definition).flatMap((trigger): RunningTimer | readonly RunningTimer[] => {
      const read = parseSchedule(trigger.triggerConfig.cronExpression);
      if (!read.ok || !trigger.triggerConfig.enable) return [];
      const { schedule } = read;
      return { functionName: definition.functionName, trigger, schedule, due: schedule.next(anchor, anchor) };
    }),
  );

  const wake = (): void => {
    clearTimeout(timeout);
    const now = clock.now();
    for (const timer of timers) {
      const due = latestDue(timer, now, anchor);
      if (due !== undefined) onTick(timer.functionName, timer.trigger, due);
    }
    const next = Math.min(...timers.map((timer) => timer.due ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY) return;
    timeout = setTimeout(wake, Math.min(Math.max(next - now, 0), MAX_WAIT_MS));
    timeout.unref();
  };
  wake();
  return { wake, close: () => clearTimeout(timeout) };
}

/** Moves a timer past `now`; the last firing it passed, or `undefined` when none was due. */
function latestDue(timer: RunningTimer, now: number, anchor: number): number | undefined {
  let passed: number | undefined;
  // Bounded: after a very long jump the schedule restarts from now.
  for (let steps = 0; timer.due !== undefined && timer.due <= now; steps += 1) {
    passed = timer.due;
    timer.due = timer.schedule.next(steps < 10_000 ? timer.due : now, anchor);
  }
  return passed;
}
