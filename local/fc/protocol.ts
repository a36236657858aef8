/** What the parent sends to a worker process for one call. Travels over Node's IPC channel, `advanced` serialization. */
export interface WorkerCall {
  readonly kind: 'call';
  readonly requestId: string;
  /** The exact bytes of the payload. */
  readonly event: Uint8Array;
  /** How far the local cloud's clock is ahead of the real one. */
  readonly clockOffsetMs: number;
  readonly retryCount: number;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string;
  };
}

/** What a worker is told once, before its first call. */
export interface WorkerSetup {
  readonly kind: 'setup';
  readonly codeFolder: string;
  readonly handler: string;
  readonly initializer?: { readonly handler: string; readonly timeoutSeconds: number } | undefined;
  readonly clockOffsetMs: number;
  /** The parts of the context that are the same for every call (FC 3.0 form). */
  readonly context: {
    readonly functionName: string;
    readonly handler: string;
    readonly memoryMb: number;
    readonly timeoutSeconds: number;
    readonly region: string;
    readonly accountId: string;
    readonly logProject: string;
    readonly logStore: string;
  };
}

/** How FC words a failure: the JSON body of a function error. `errorType` is absent when the process itself ended. */
export interface FunctionError {
  readonly errorMessage: string;
  readonly errorType?: string;
  readonly stackTrace?: readonly string[];
}

/** What a worker process tells its parent. */
export type WorkerReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'start-failed'; readonly error: FunctionError }
  | { readonly kind: 'returned'; readonly payload: Uint8Array; readonly maxMemoryMb: number }
  | { readonly kind: 'threw'; readonly error: FunctionError; readonly maxMemoryMb: number }
  | { readonly kind: 'refused'; readonly target: string };

/** Where the preload leaves its two switches for the worker's main file; a symbol, so that no handler meets it by chance. */
export const PRELOAD_KEY = Symbol.for('mqtt-cert-pipeline.local.preload');

/** The switches of the preload. */
export interface PreloadSwitches {
  /** Moves `Date` by this much from now on. */
  readonly setClockOffset: (ms: number) => void;
  /** Names the one who is told about refused connections. */
  readonly onRefused: (listener: (target: string) => void) => void;
}

/** Ends the output of one call on stdout and stderr; the parent knows then that it has seen every line. */
export function endOfOutput(requestId: string): string {
  return `\u0000end ${requestId}\u0000`;
}
