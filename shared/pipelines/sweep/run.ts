import type { SweepEvent } from '../../core/function-event.ts';
import { safeJson } from '../../core/safe-json.ts';
import { ServiceFailure } from '../../core/service-failure.ts';
import { endInputs } from '../../core/sweep/condition-words.ts';
import { sweepIdOf } from '../../core/sweep/sweep-id.ts';
import { finishedKey, HEARTBEAT_KEY } from '../../core/sweep/sweep-layout.ts';
import { causeOfSweep, type SweepOutcome } from '../../core/sweep/sweep-outcome.ts';
import { releaseQuietly } from '../hold-lease.ts';
import { LeaseLostError } from './act.ts';
import { readActs } from './acts.ts';
import { type SweepContext, tell, tellAt } from './context.ts';
import type { SweepDeps } from './deps.ts';
import { type NotOpened, type OpenSweep, openSweep, type SweepCall } from './open-sweep.ts';
import { OutOfTimeError, patientCalls, ServiceSilentError } from './patient-calls.ts';
import { controlsReader } from './read-controls.ts';
import { noteAnswers, noteSilence, readSilence } from './silence.ts';
import { sweepInstances } from './sweep-instances.ts';
import { tellControls } from './tell-controls.ts';
import { tidyUp } from './tidy-up.ts';

/** More than a day of laps; a sweep that never gets on is left to the next tick instead of calling itself for ever. */
const MAX_LAPS = 200;

/**
 * The sweep function: one lap. A tick begins a sweep, or takes up one whose run died; a lap that runs out of time calls
 * the function itself for the next.
 *
 * @throws ServiceFailure when the bucket does not answer, or neither sink of outcomes does: nothing is lost, and the
 *   next tick resumes.
 */
export async function runSweep(deps: SweepDeps, call: SweepEvent): Promise<void> {
  if (call.kind === 'unreadable') return refuse(deps, call);
  const opened = await openUnlessSilent(deps, call);
  if ('kind' in opened) return tellNotOpened(deps, opened);
  const isResumed = call.kind === 'tick' && opened.id !== sweepIdOf(call.triggerTime);
  if (isResumed) {
    await tellNotOpened(deps, { kind: 'skipped', id: sweepIdOf(call.triggerTime), reason: 'resumes-an-earlier-one' });
  }
  try {
    await runLap(deps, opened);
  } finally {
    await releaseQuietly(opened.lease, deps.runLog);
  }
}

async function refuse(deps: SweepDeps, event: Extract<SweepEvent, { kind: 'unreadable' }>): Promise<void> {
  const { payloadHash, reason } = event;
  const sentence = 'It is neither a tick nor the call of a lap.';
  await tellAt(deps, deps.clock.now(), [{ kind: 'event-refused', reason, sentence, payloadHash }]);
}

async function openUnlessSilent(deps: SweepDeps, call: SweepCall): Promise<OpenSweep | NotOpened> {
  if (call.kind === 'tick') {
    const silence = await readSilence(deps.store);
    const isSilent = silence !== undefined && deps.clock.now() < silence.until;
    if (isSilent) return { kind: 'skipped', id: sweepIdOf(call.triggerTime), reason: 'service-silent' };
  }
  return openSweep(deps, call);
}

async function tellNotOpened(deps: SweepDeps, why: NotOpened): Promise<void> {
  if (why.kind === 'claimed') {
    deps.runLog.write({ event: 'lap-claimed-already' });
    return;
  }
  const kind = why.kind === 'skipped' ? 'sweep-skipped' : 'tick-ignored';
  await tellAt(deps, deps.clock.now(), [{ kind, sweepId: why.id, reason: why.reason }]);
}

async function runLap(deps: SweepDeps, sweep: OpenSweep): Promise<void> {
  const context = await contextOf(deps, sweep);
  try {
    await tellControls(context);
    const summary = await sweepInstances(context);
    await tell(context, [summary]);
    await tellAnswers(context);
    await noteAnswers(deps.store);
    await finish(deps, sweep);
    await tidyUp(deps, sweep.startedAt);
  } catch (error) {
    if (error instanceof OutOfTimeError) await callNextLap(context);
    else if (error instanceof ServiceSilentError) await stopSilent(context, error);
    else if (error instanceof LeaseLostError) deps.runLog.write({ event: 'lease-lost', id: sweep.id });
    else throw error;
  }
}

async function contextOf(deps: SweepDeps, sweep: OpenSweep): Promise<SweepContext> {
  const acts = await readActs(deps.store, sweep.startedAt);
  const intents = acts.unreadable.length === 0 ? 'read' : 'unreadable';
  return {
    deps,
    sweep,
    calls: patientCalls(deps),
    controls: controlsReader(deps, { sweepId: sweep.id, intents }),
    window: acts.window,
    unreadableIntents: acts.unreadable,
  };
}

/** The lease is given back before the next lap is called, or that lap would find it taken. */
async function callNextLap(context: SweepContext): Promise<void> {
  const { deps, sweep } = context;
  await sweep.lease.release();
  if (sweep.lap >= MAX_LAPS) {
    deps.runLog.write({ event: 'too-many-laps', id: sweep.id });
    return;
  }
  const payload = Buffer.from(safeJson({ sweepId: sweep.id, lap: sweep.lap + 1 }));
  try {
    await deps.invoker.invokeAsync(deps.settings.functionName, payload);
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    const { code, requestId } = error.facts;
    const reason = `lap-${String(sweep.lap + 1)}`;
    await tell(context, [{ kind: 'self-call-failed', sweepId: sweep.id, reason, service: { code, requestId } }]);
  }
}

/**
 * Asking on would keep a blocked address blocked: the sweep rests here, and the first tick after the pause takes it up,
 * so that nothing it set out to do is left open.
 */
async function stopSilent(context: SweepContext, { count }: ServiceSilentError): Promise<void> {
  const { deps, sweep } = context;
  const outcome: SweepOutcome = { kind: 'service-silent', sweepId: sweep.id, inputs: { count } };
  await tell(context, [outcome]);
  await noteSilence(deps.store, deps.clock.now());
}

/** A sweep that came to its end proves that the service answers. */
async function tellAnswers(context: SweepContext): Promise<void> {
  if ((await readSilence(context.deps.store)) === undefined) return;
  const { id: sweepId } = context.sweep;
  const resolves = causeOfSweep({ kind: 'service-silent', sweepId });
  const inputs = endInputs('service-silent', 'over', {});
  await tell(context, [{ kind: 'condition-ended', sweepId, reason: 'service-silent', inputs, resolves }]);
}

async function finish(deps: SweepDeps, sweep: OpenSweep): Promise<void> {
  const bytes = Buffer.from(safeJson({ schema: 1, sweepId: sweep.id, finishedAt: deps.clock.now() }));
  await deps.store.put({ key: HEARTBEAT_KEY, bytes, contentType: 'application/json' });
  await deps.store.put({ key: finishedKey(sweep.id), bytes, contentType: 'application/json' });
}
