import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import type { FunctionError } from './protocol.ts';

/** An exported handler or initializer, before anything is known about it. */
export type Method = (...args: unknown[]) => unknown;

/**
 * Finds `FILE.METHOD` in the code folder: `FILE.mjs`, then `FILE.js`, which Node reads as the folder's package.json
 * says.
 *
 * @throws Error when there is no such file, it cannot be loaded, or it exports no such function.
 */
export async function findMethod(codeFolder: string, handler: string): Promise<Method> {
  const dot = handler.lastIndexOf('.');
  const file = join(codeFolder, handler.slice(0, dot));
  const name = handler.slice(dot + 1);
  const exported = existsSync(`${file}.mjs`) ? await importModule(`${file}.mjs`) : await loadScript(`${file}.js`);
  const method = memberOf(exported, name) ?? memberOf(memberOf(exported, 'default'), name);
  if (typeof method === 'function') return method as Method;
  throw new Error(`the handler ${handler} exports no function ${name}`);
}

async function loadScript(path: string): Promise<unknown> {
  if (!existsSync(path)) throw new Error(`the handler's file does not exist: ${path.split('/').at(-1) ?? ''}`);
  try {
    return createRequire(path)(path) as unknown;
  } catch (error) {
    if (memberOf(error, 'code') === 'ERR_REQUIRE_ESM') return importModule(path);
    throw error;
  }
}

async function importModule(path: string): Promise<unknown> {
  return (await import(pathToFileURL(path).href)) as unknown;
}

function memberOf(holder: unknown, name: string): unknown {
  return (typeof holder === 'object' || typeof holder === 'function') && holder !== null
    ? (Reflect.get(holder, name) as unknown)
    : undefined;
}

/** Calls a method; one that takes a callback besides its arguments may answer through it or by its promise. */
export function runMethod(method: Method, args: readonly unknown[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const callback = (error: unknown, result: unknown): void => {
      if (error === undefined || error === null) resolve(result);
      else reject(error instanceof Error ? error : new Error(format('%s', error)));
    };
    const takesCallback = method.length > args.length;
    Promise.resolve()
      .then(() => method(...args, callback))
      .then((result) => {
        if (!takesCallback || result !== undefined) resolve(result);
      }, reject);
  });
}

/** FC's conversion of what a handler returns: bytes as they are, objects as JSON, anything else as text, nothing as nothing. */
export function payloadOf(result: unknown): Uint8Array {
  if (result instanceof Uint8Array) return result;
  if (result === undefined) return new Uint8Array();
  return Buffer.from(typeof result === 'object' ? JSON.stringify(result) : format('%s', result));
}

/** FC's wording of a thrown value: the class name as type, the stack cut into lines. */
export function asFunctionError(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error)) return { errorMessage: format('%s', thrown), errorType: typeof thrown };
  const stackTrace = (thrown.stack ?? '').split('\n').slice(0, 50);
  return { errorMessage: thrown.message, errorType: thrown.name, stackTrace };
}
