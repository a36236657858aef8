import type Fc2Client from '@alicloud/fc2';
import { type FailureFacts, failureFacts, ServiceFailure } from '../core/service-failure.ts';
import type { EpochMs } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Invoker } from '../ports/invoker.ts';
import type { AccessKey } from './access-key.ts';
import { type RepeatPolicy, repeat } from './repeat.ts';

/** Where Function Compute is and who calls. */
export interface Fc2InvokerOptions {
  readonly accountId: string;
  readonly region: string;
  /** `https://<host>`, or `http://127.0.0.1:<port>` for the local cloud; see {@link fcEndpointOf}. */
  readonly endpoint: string;
  readonly credentials: AccessKey;
  readonly clock: Clock;
  /** When the invocation's work must be over. */
  readonly deadline: EpochMs;
  /** Longest one request may take; 5 s unless told otherwise. */
  readonly attemptMs?: number;
}

/**
 * The endpoint of an account in a region. The SDK itself would take the same host over plain http. The public host, because
 * it is the one that the vendor's own deployment component sends 3.0 invocations to.
 */
export function fcEndpointOf(place: { readonly accountId: string; readonly region: string }): string {
  return `https://${place.accountId}.${place.region}.fc.aliyuncs.com`;
}

/** FC 3.0 has no services: functions are addressed under this version's path. */
const API_VERSION = '2023-03-30';

/** Function Compute, CreateFunction page: 1 to 64 letters, digits, `_` and `-`. The SDK puts names into paths as they are. */
const FUNCTION_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/**
 * Calls functions through `@alicloud/fc2`, in the path form of FC 3.0. The SDK is loaded by the first call: it brings
 * ali-oss, axios and more with it, and only a sweep that outlives one invocation ever calls a function.
 */
export function fc2Invoker(options: Fc2InvokerOptions): Invoker {
  const policy: RepeatPolicy = {
    service: 'fc',
    clock: options.clock,
    deadline: options.deadline,
    attemptMs: options.attemptMs ?? 5000,
    maxAttempts: 3,
    backoff: { baseMs: 200, capMs: 2000 },
    isWorthRepeating,
  };
  return {
    invokeAsync: async (functionName, payload) => {
      if (!FUNCTION_NAME.test(functionName)) throw failure({ code: 'FunctionNotAddressable' });
      const Client = await loadClient();
      await repeat(policy, (timeoutMs) => {
        const client = new Client(options.accountId, configOf(options, timeoutMs));
        client.version = API_VERSION;
        return withinTime(timeoutMs, () => invokeOnce(client, functionName, payload));
      });
    },
  };
}

type ClientConfig = ConstructorParameters<typeof Fc2Client>[1];

function configOf(options: Fc2InvokerOptions, timeoutMs: number): ClientConfig {
  const { accessKeyId, accessKeySecret, securityToken } = options.credentials;
  return {
    accessKeyID: accessKeyId,
    accessKeySecret,
    ...(securityToken === undefined ? {} : { securityToken }),
    region: options.region,
    endpoint: options.endpoint,
    secure: options.endpoint.startsWith('https:'),
    timeout: timeoutMs,
  };
}

/** Node gives a CommonJS module as the default export; a bundler may wrap that once more. */
async function loadClient(): Promise<typeof Fc2Client> {
  const exported: unknown = (await import('@alicloud/fc2')).default;
  return (typeof exported === 'function' ? exported : (exported as { default: unknown }).default) as typeof Fc2Client;
}

async function invokeOnce(client: Fc2Client, functionName: string, payload: Buffer): Promise<void> {
  const path = `/functions/${functionName}/invocations`;
  const headers = { 'x-fc-invocation-type': 'Async' };
  let answer: Awaited<ReturnType<Fc2Client['post']>>;
  try {
    answer = await client.post(path, payload, headers, null, { rawBuf: true });
  } catch (error) {
    throw failure(factsOf(error));
  }
  // Every answer of Function Compute names its request; a captive portal's page with status 200 does not.
  if (answer.headers['x-fc-request-id'] === undefined) throw failure({ code: 'UnreadableAnswer' });
}

/** The SDK's own timer starts anew with every byte that comes, so the deadline is ours. */
async function withinTime(timeoutMs: number, call: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure({ code: 'Timeout' })), timeoutMs);
  });
  try {
    await Promise.race([call(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

type Said = Parameters<typeof failureFacts>[1];

/**
 * Reduces what the SDK throws; its messages quote the URL and the service's words. It reads error bodies of the 2016 API
 * only, so a refusal of the 2023 API has lost its code, and its status stands in: `Http429`.
 */
function factsOf(error: unknown): Said {
  if (!(error instanceof Error)) return { code: undefined };
  const refused = /^POST \S+ failed with (\d{3})\. requestid: (?!undefined,)([A-Za-z0-9-]{1,64}),/.exec(error.message);
  const code: unknown = 'code' in error ? error.code : undefined;
  if (refused !== null) {
    const status = Number(refused[1]);
    return { code: typeof code === 'string' ? code : `Http${String(status)}`, status, requestId: refused[2] };
  }
  if (error.name.startsWith('RequestTimeout')) return { code: 'Timeout' };
  // A hop that is not Function Compute (no request id), or a body that is not what its type says.
  const isSystemError = 'syscall' in error || code === 'ECONNRESET';
  return { code: isSystemError ? 'NoConnection' : 'UnreadableAnswer' };
}

function failure(said: Said): ServiceFailure {
  return new ServiceFailure(failureFacts('fc', said));
}

/** Here the status has to do: the SDK hides the code. Being called twice is part of the port's promise. */
function isWorthRepeating({ code, status }: FailureFacts): boolean {
  return ['Timeout', 'NoConnection', 'UnreadableAnswer'].includes(code) || status === 429 || status >= 500;
}
