/**
 * The platform's side inside a function worker: loads the handler, hands it one call at a time, answers the parent.
 * Bundled to a file of its own and run as a child process; the parent freezes it between calls.
 */

import {
  endOfOutput,
  PRELOAD_KEY,
  type PreloadSwitches,
  type WorkerCall,
  type WorkerReport,
  type WorkerSetup,
} from './protocol.ts';
import { createConsole, functionContext } from './worker-context.ts';
import { asFunctionError, findMethod, payloadOf, runMethod } from './worker-handler.ts';

type Handle = (call: WorkerCall) => Promise<void>;

const preload = Reflect.get(globalThis, PRELOAD_KEY) as PreloadSwitches;
const channel = process.send?.bind(process);
if (channel === undefined) throw new Error('a worker is started by the local cloud, with an IPC channel');
const report = (message: WorkerReport): void => {
  channel(message);
};
// The handler must not find the platform's channel: real functions have none.
Reflect.deleteProperty(process, 'send');
process.on('disconnect', () => process.exit(0));
preload.onRefused((target) => report({ kind: 'refused', target }));

const current = { requestId: '' };
createConsole(current);

async function setUp(setup: WorkerSetup): Promise<Handle> {
  preload.setClockOffset(setup.clockOffsetMs);
  const handler = await findMethod(setup.codeFolder, setup.handler);
  if (setup.initializer !== undefined) {
    const initialize = await findMethod(setup.codeFolder, setup.initializer.handler);
    await runMethod(initialize, [functionContext(setup, undefined)]);
  }
  return async (call) => {
    preload.setClockOffset(call.clockOffsetMs);
    current.requestId = call.requestId;
    // The temporary keys of the role are in the environment too, and change from call to call.
    process.env['ALIBABA_CLOUD_ACCESS_KEY_ID'] = call.credentials.accessKeyId;
    process.env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'] = call.credentials.accessKeySecret;
    process.env['ALIBABA_CLOUD_SECURITY_TOKEN'] = call.credentials.securityToken;
    const answer = await answerOf(handler, setup, call);
    process.stdout.write(endOfOutput(call.requestId));
    process.stderr.write(endOfOutput(call.requestId));
    report(answer);
  };
}

async function answerOf(
  handler: Awaited<ReturnType<typeof findMethod>>,
  setup: WorkerSetup,
  call: WorkerCall,
): Promise<WorkerReport> {
  try {
    const event = Buffer.from(call.event);
    const result = await runMethod(handler, [event, functionContext(setup, call)]);
    return { kind: 'returned', payload: payloadOf(result), maxMemoryMb: maxMemoryMb() };
  } catch (error) {
    return { kind: 'threw', error: asFunctionError(error), maxMemoryMb: maxMemoryMb() };
  }
}

const maxMemoryMb = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

let handling: Promise<Handle> | undefined;
process.on('message', (message: WorkerSetup | WorkerCall) => {
  if (message.kind === 'setup') {
    handling = setUp(message);
    handling.then(
      () => report({ kind: 'ready' }),
      (error: unknown) => report({ kind: 'start-failed', error: asFunctionError(error) }),
    );
    return;
  }
  void handling?.then((handle) => handle(message));
});
