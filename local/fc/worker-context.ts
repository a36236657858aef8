import { format } from 'node:util';
import type { WorkerCall, WorkerSetup } from './protocol.ts';

type Level = 'verbose' | 'debug' | 'info' | 'warn' | 'error';
type WriteLine = (...args: unknown[]) => void;

function lineWriter(requestId: () => string, level: Level): WriteLine {
  const stream = level === 'error' || level === 'warn' ? process.stderr : process.stdout;
  return (...args) => {
    stream.write(`${new Date().toISOString()} ${requestId()} [${level}] ${format(...args)}\n`);
  };
}

/**
 * Gives `console` FC's line format: time, request id, level, text. `console.log` has the level word `verbose`.
 *
 * @param current - The call that is running; its id is read when a line is written.
 */
export function createConsole(current: { readonly requestId: string }): void {
  const writer = (level: Level): WriteLine => lineWriter(() => current.requestId, level);
  console.log = writer('verbose');
  console.debug = writer('debug');
  console.info = writer('info');
  console.warn = writer('warn');
  console.error = writer('error');
}

/**
 * The context object of FC 3.0: no `service.name`, no `versionId` on LATEST, temporary credentials of the role.
 *
 * @param call - Absent for an initializer, which runs before any call.
 * @see Context, Function Compute 3.0 documentation (Node.js).
 */
export function functionContext(setup: WorkerSetup, call: WorkerCall | undefined): object {
  const { context } = setup;
  const requestId = call?.requestId ?? '';
  const writer = (level: Level): WriteLine => lineWriter(() => requestId, level);
  return {
    requestId,
    credentials: { ...call?.credentials },
    function: {
      name: context.functionName,
      handler: context.handler,
      memory: context.memoryMb,
      timeout: context.timeoutSeconds,
      initializer: setup.initializer?.handler ?? '',
      initializationTimeout: setup.initializer?.timeoutSeconds ?? 0,
    },
    service: { logProject: context.logProject, logStore: context.logStore, qualifier: 'LATEST' },
    region: context.region,
    accountId: context.accountId,
    retryCount: call?.retryCount ?? 0,
    tracing: { openTracingSpanContext: '', openTracingSpanBaggages: {}, jaegerEndpoint: '' },
    logger: {
      requestId,
      logLevel: { name: 'verbose', priority: 0 },
      log: writer('verbose'),
      debug: writer('debug'),
      info: writer('info'),
      warn: writer('warn'),
      error: writer('error'),
    },
  };
}
