import type { Outbox } from './fill-outbox.ts';
import { type FunctionWorker, type MeasuredCall, startFunctionWorker } from './function-worker.ts';
import { type NotifyCloud, startNotifyCloud } from './notify-cloud.ts';
import type { BenchContext } from './report.ts';

/** What it took until nothing waited any more. */
export interface Drained {
  readonly count: number;
  readonly passes: readonly MeasuredCall[];
  /** Requests to the bucket by operation, of all passes. */
  readonly requests: ReadonlyMap<string, number>;
  /** What people were sent: when, in milliseconds from the beginning of the first pass, by the moved clock. */
  readonly messages: readonly { readonly at: number; readonly title: string }[];
  /** Different events in the log store. */
  readonly logged: number;
  /** Objects in the outbox, and of messages on their way, at the end. */
  readonly left: number;
}

/** As `s.yaml` has it. */
export const NOTIFY_TIMEOUT_SECONDS = 55;
export const NOTIFY_MEMORY_MB = 256;
export const NOTIFY_CPU = 0.2;

/**
 * V8 sizes its heap by the memory of the machine. In one with 256 MB it takes half of it for what lasts and a megabyte
 * or so for what is new; with this machine's memory it would let tens of megabytes of garbage lie.
 *
 * @see V8, `ResourceConstraints::ConfigureDefaults`.
 */
const HEAP_OF_256_MB = '--max-old-space-size=128 --max-semi-space-size=1';

const MINUTE_MS = 60_000;
/** Two hours of passes: digests come once an hour when there is more than one pass can look at. */
const MOST_PASSES = 120;

/** Fills an outbox and calls the teller, a worker of its own, once a minute of the moved clock until it is empty. */
export async function drainOutbox(context: BenchContext, outbox: Outbox): Promise<Drained> {
  context.stopped.throwIfAborted();
  const cloud = await startNotifyCloud(outbox);
  try {
    const worker = startFunctionWorker({
      ...{ projectFolder: context.projectFolder, functionName: 'notify', memoryMb: NOTIFY_MEMORY_MB },
      ...{
        timeoutSeconds: NOTIFY_TIMEOUT_SECONDS,
        environment: { ...cloud.environment, NODE_OPTIONS: HEAP_OF_256_MB },
      },
    });
    const close = (): void => void worker.close(); // a pass under way then rejects
    context.stopped.addEventListener('abort', close, { once: true });
    try {
      return await drainWith(worker, cloud, outbox);
    } finally {
      context.stopped.removeEventListener('abort', close);
      await worker.close();
    }
  } finally {
    await cloud.close();
  }
}

async function drainWith(worker: FunctionWorker, cloud: NotifyCloud, { count, kind }: Outbox): Promise<Drained> {
  const { clock } = cloud;
  const began = clock.now();
  const passes: MeasuredCall[] = [];
  while (passes.length < MOST_PASSES && (passes.length === 0 || cloud.objectsIn(`outbox/${kind}`) > 0)) {
    const startedAt = clock.now();
    const event = Buffer.from(JSON.stringify({ triggerTime: new Date(startedAt).toISOString(), payload: '' }));
    passes.push(await worker.call(event, clock.offsetMs()));
    clock.advance(Math.max(0, startedAt + MINUTE_MS - clock.now()));
  }
  return {
    ...{ count, passes, requests: cloud.requests(), logged: cloud.logged() },
    messages: cloud.robot.messages().map(({ at, title }) => ({ at: at - began, title })),
    left: cloud.objectsIn('outbox') + cloud.objectsIn('state/notify/messages'),
  };
}
