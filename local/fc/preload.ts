/**
 * Runs inside every function worker before its code (`node --require`). Moves `Date` to the local cloud's clock, and
 * refuses every connection that would leave this machine: a function under test must not be able to reach a real
 * account, whatever it is configured with. Imports nothing but Node.
 */
import dgram from 'node:dgram';
import dns from 'node:dns';
import net from 'node:net';
import { PRELOAD_KEY, type PreloadSwitches } from './protocol.ts';

let clockOffsetMs = 0;
let tellRefused: (target: string) => void = () => undefined;

const RealDate = Date;
const realNow = Date.now.bind(Date);
const shiftedNow = (): number => realNow() + clockOffsetMs;

/** `Date` as a function and `new Date()` without arguments read the moved clock; everything else is the real one. */
const ShiftedDate = new Proxy(RealDate, {
  apply: () => new RealDate(shiftedNow()).toString(),
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [shiftedNow()] : args, newTarget) as object,
});
RealDate.now = shiftedNow;
RealDate.prototype.constructor = ShiftedDate;
globalThis.Date = ShiftedDate;

class RefusedConnectionError extends Error {
  override readonly name = 'RefusedConnectionError';
  /** Looks like any unreachable host to an SDK, so that its own error handling is what gets exercised. */
  readonly code = 'ECONNREFUSED';
}

function refuse(target: string): RefusedConnectionError {
  tellRefused(target);
  return new RefusedConnectionError(`the local cloud lets functions reach 127.0.0.1 only, not ${target}`);
}

function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (name === 'localhost' || name === '::1') return true;
  return net.isIPv4(name) && name.startsWith('127.');
}

interface ConnectTarget {
  readonly host?: unknown;
  readonly port?: unknown;
  readonly path?: unknown;
}

/** The forms `socket.connect` takes: (options), (path), (port, host), and node's own ([options, callback]). */
function connectTarget(args: readonly unknown[]): ConnectTarget {
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  if (typeof first === 'object' && first !== null) return first;
  if (typeof first === 'string' && !/^\d+$/.test(first)) return { path: first };
  return { port: first, host: typeof args[1] === 'string' ? args[1] : undefined };
}

const realConnect = Reflect.get(net.Socket.prototype, 'connect') as (
  this: net.Socket,
  ...args: unknown[]
) => net.Socket;

net.Socket.prototype.connect = function connect(this: net.Socket, ...args: unknown[]): net.Socket {
  const { host = 'localhost', port, path } = connectTarget(args);
  const isSocketFile = typeof path === 'string' && path !== '';
  if (!isSocketFile && typeof host === 'string' && isLoopback(host)) return realConnect.apply(this, args);
  const error = refuse(isSocketFile ? path : `${String(host)}:${String(port)}`);
  process.nextTick(() => this.destroy(error));
  return this;
};

type AnyFunction = (...args: unknown[]) => unknown;

/** Replaces a function of a module or prototype, keeping its receiver. */
function replace(holder: object, name: string, make: (real: AnyFunction) => AnyFunction): void {
  const real: unknown = Reflect.get(holder, name);
  if (typeof real === 'function') Reflect.set(holder, name, make(real as AnyFunction));
}

function guardLookup(holder: object, name: string, answersByPromise: boolean): void {
  replace(
    holder,
    name,
    (real) =>
      function lookup(this: unknown, ...args: unknown[]): unknown {
        const host = typeof args[0] === 'string' ? args[0] : '';
        if (host === '' || isLoopback(host)) return real.apply(this, args);
        const error = refuse(host);
        if (answersByPromise) return Promise.reject(error);
        const callback = args.at(-1);
        if (typeof callback === 'function') process.nextTick(callback, error);
        return {};
      },
  );
}

for (const name of Object.getOwnPropertyNames(dns.Resolver.prototype).concat('lookup', 'lookupService', 'reverse')) {
  if (!/^(lookup|resolve|reverse)/.test(name)) continue;
  guardLookup(dns, name, false);
  guardLookup(dns.Resolver.prototype, name, false);
  guardLookup(dns.promises, name, true);
  guardLookup(dns.promises.Resolver.prototype, name, true);
}

/** The address of `send(msg[, offset, length], port, address[, callback])` is its last text after the message. */
replace(
  dgram.Socket.prototype,
  'send',
  (real) =>
    function send(this: unknown, ...args: unknown[]): unknown {
      const address = args.slice(1).find((arg) => typeof arg === 'string' && !/^\d+$/.test(arg));
      if (typeof address !== 'string' || isLoopback(address)) return real.apply(this, args);
      throw refuse(`udp ${address}`);
    },
);
replace(
  dgram.Socket.prototype,
  'connect',
  (real) =>
    function connect(this: unknown, ...args: unknown[]): unknown {
      if (typeof args[1] !== 'string' || isLoopback(args[1])) return real.apply(this, args);
      throw refuse(`udp ${args[1]}`);
    },
);

const switches: PreloadSwitches = {
  setClockOffset: (ms) => {
    clockOffsetMs = ms;
  },
  onRefused: (listener) => {
    tellRefused = listener;
  },
};
Object.defineProperty(globalThis, PRELOAD_KEY, { value: switches });
