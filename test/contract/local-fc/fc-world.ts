import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createLocalClock, type LocalClock } from '../../../local/clock.ts';
import { type Fc, type FcOptions, startFc } from '../../../local/fc/fc.ts';
import type { FunctionDefinition } from '../../../local/fc/function-definition.ts';
import { bundleWorker } from '../../../scripts/bundle.ts';

/** The folder of this project. */
export const PROJECT = join(import.meta.dirname, '../../..');
const workerFolder = mkdtempSync(join(tmpdir(), 'fc-worker-'));
const bundled = bundleWorker(PROJECT, workerFolder);
process.once('exit', () => rmSync(workerFolder, { recursive: true, force: true }));

/** The worker's two files, bundled once per test file. */
export async function bundledWorker(): Promise<{ readonly workerScript: string; readonly preloadScript: string }> {
  await bundled;
  return { workerScript: join(workerFolder, 'fc-worker.cjs'), preloadScript: join(workerFolder, 'fc-preload.cjs') };
}

/** A temporary key as the local cloud makes them. */
export const ROLE = { accessKeyId: 'STS.TestKey', accessKeySecret: 'test-secret', securityToken: 'test-token' };

/** A running stand-in with handlers written by the test. */
export interface FcWorld {
  readonly fc: Fc;
  readonly clock: LocalClock;
  readonly dataFolder: string;
  readonly codeFolder: string;
  /** Starts another stand-in on the same folders, as after a restart. */
  readonly restart: () => Fc;
}

/** One function with the settings of `s.yaml`, changed where a test needs it. */
export function definition(name: string, changes: Partial<FunctionDefinition> = {}): FunctionDefinition {
  return {
    resource: name,
    region: 'cn-hangzhou',
    functionName: name,
    runtime: 'nodejs20',
    code: './dist',
    handler: `${name}.handler`,
    role: 'acs:ram::1234567890123456:role/function',
    cpu: 0.35,
    memorySize: 512,
    diskSize: 512,
    timeout: 10,
    environmentVariables: { OWN_VALUE: 'from s.yaml' },
    logConfig: { project: 'some-project', logstore: 'fc-logs' },
    asyncInvokeConfig: { maxAsyncRetryAttempts: 2, maxAsyncEventAgeInSeconds: 3600 },
    concurrencyConfig: { reservedConcurrency: 2 },
    triggers: [],
    ...changes,
  };
}

/**
 * Starts the stand-in on the given handlers.
 *
 * @param files - File name in the code folder to source text (CommonJS).
 */
export async function startWorld(
  functions: readonly FunctionDefinition[],
  files: Readonly<Record<string, string>>,
  changes: Partial<FcOptions> = {},
): Promise<FcWorld> {
  const worker = await bundledWorker();
  const root = mkdtempSync(join(tmpdir(), 'fc-'));
  const codeFolder = join(root, 'code');
  mkdirSync(codeFolder);
  writeFileSync(join(codeFolder, 'package.json'), '{"type":"commonjs"}');
  for (const [file, source] of Object.entries(files)) writeFileSync(join(codeFolder, file), source);
  const clock = createLocalClock();
  const dataFolder = join(root, 'data');
  const start = (): Fc => {
    const fc = startFc({
      dataFolder,
      functions,
      codeFolderOf: () => codeFolder,
      ...worker,
      accountId: '1234567890123456',
      credentials: ROLE,
      clock,
      retryDelayMs: () => 0,
      ...changes,
    });
    onTestFinished(() => fc.close());
    return fc;
  };
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return { fc: start(), clock, dataFolder, codeFolder, restart: start };
}

/** Calls a function and reads its answer as JSON; throws what the function threw. */
export async function callJson(fc: Fc, name: string, payload = ''): Promise<unknown> {
  const answer = await fc.invoke(name, Buffer.from(payload));
  if (answer.kind === 'failed') throw new Error(answer.error.errorMessage);
  return JSON.parse(answer.payload.toString('utf8')) as unknown;
}
