import {
  CONFIG_VARIABLES,
  type FunctionName,
  isSecretVariable,
  type Variable,
  type VariableName,
} from './config-table.ts';
import { nameOf } from './core/digest.ts';
import { displayText } from './core/display-text.ts';
import { type InstanceId, parseInstanceId } from './core/instance.ts';
import type { ChannelKind } from './core/notify/channel-kind.ts';
import { isTimeZone, parseQuietHours, type QuietHours } from './core/notify/quiet-hours.ts';

/** How a service is reached. */
export interface Endpoint {
  readonly protocol: 'http' | 'https';
  /** Host name, with the port if any. */
  readonly host: string;
}

const MAX_INSTANCES = 50;
/** The service blocks an address at 300 calls a second; a little stays for people at the console. */
const MAX_CALLS_PER_SECOND = 290;

/** Standard Webhooks, "Signature scheme"; 22 characters of base64 are 16 bytes. */
const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9+/]{22,}={0,2}$/;
/** An address with its token is a tenth of it; an environment has 4 KB altogether. */
const MAX_ADDRESS = 1024;

/** Reads values by the table and collects what is wrong with them. */
export class ConfigReader {
  readonly problems: string[] = [];
  /** Problems of settings whose default is in force instead. */
  readonly doubts: string[] = [];
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #functionName: FunctionName;

  constructor(environment: Readonly<Record<string, string | undefined>>, functionName: FunctionName) {
    this.#environment = environment;
    this.#functionName = functionName;
  }

  /** Reads a setting that nothing must fail for: a problem of it is a doubt, and `fallback` is in force. */
  orElse<Value>(fallback: Value, read: () => Value | undefined): Value {
    const before = this.problems.length;
    const value = read();
    if (value !== undefined && this.problems.length === before) return value;
    this.doubts.push(...this.problems.splice(before));
    return fallback;
  }

  /** Over everything but secrets: a digest of few possible texts can be turned back. */
  digest(): string {
    const names = (Object.keys(CONFIG_VARIABLES) as VariableName[]).filter((name) => !isSecretVariable(name));
    return nameOf(
      names.sort().map((name) => `${name}=${this.#raw(name)}`),
      16,
    );
  }

  matching(name: VariableName, shape: RegExp): string | undefined {
    const text = this.#text(name);
    if (text === undefined || shape.test(text)) return text;
    this.#problem(name, `is no such name (${CONFIG_VARIABLES[name].meaning})`);
    return undefined;
  }

  oneOf<Choice extends string>(name: VariableName, choices: readonly Choice[]): Choice | undefined {
    const text = this.#text(name);
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) this.#problem(name, `must be one of ${choices.join(', ')}`);
    return choice;
  }

  integer(name: VariableName, least: number, most: number): number {
    const text = this.#text(name) ?? '';
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.#problem(name, `must be a whole number from ${String(least)} to ${String(most)}`);
    return least;
  }

  instances(): readonly InstanceId[] | undefined {
    const text = this.#text('MQTT_CERTS_INSTANCES');
    if (text === undefined) return undefined;
    const names = text.split(',').map((name) => name.trim());
    const instances = names.map(parseInstanceId).filter((instance) => instance !== undefined);
    if (instances.length < names.length) {
      this.#problem('MQTT_CERTS_INSTANCES', 'holds something that is no instance id');
      return undefined;
    }
    if (instances.length > MAX_INSTANCES) {
      this.#problem('MQTT_CERTS_INSTANCES', `names more than ${String(MAX_INSTANCES)}`);
      return undefined;
    }
    return [...new Set(instances)];
  }

  /** `host` stands for a blank value; without one, blank stays `undefined`. */
  endpoint(name: VariableName, host: string | undefined): Endpoint | undefined {
    const text = this.#text(name) ?? '';
    if (text === '') return host === undefined ? undefined : { protocol: 'https', host };
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !isOriginOnly(url)) {
      this.#problem(name, 'must be a URL of protocol and host only');
      return undefined;
    }
    if (url.protocol === 'https:') return { protocol: 'https', host: url.host };
    if (url.protocol === 'http:' && isLoopback(url.hostname)) return { protocol: 'http', host: url.host };
    this.#problem(name, 'must be https (http is for this machine only)');
    return undefined;
  }

  /**
   * Calls per second of one worker of this function. The budget is divided, not shared: 10 workers of 3 calls and a sweep
   * of 70 fill a budget of 100.
   */
  shareOfTheBudget(): number {
    const total = this.integer('MQTT_CERTS_CALLS_PER_SECOND', 1, MAX_CALLS_PER_SECOND);
    const perWorker = this.integer('MQTT_CERTS_REGISTER_CALLS_PER_SECOND', 1, MAX_CALLS_PER_SECOND);
    const workers = this.integer('MQTT_CERTS_REGISTER_WORKERS', 1, 100);
    const isSweep = this.#functionName === 'sweep';
    const sweep = this.integer('MQTT_CERTS_SWEEP_CALLS_PER_SECOND', isSweep ? 1 : 0, MAX_CALLS_PER_SECOND);
    const sum = perWorker * workers + sweep;
    if (sum > total) {
      this.#problem(
        'MQTT_CERTS_CALLS_PER_SECOND',
        `is ${String(total)}, but the shares add up to ${String(sum)} (${String(workers)} register workers × ${String(perWorker)} + ${String(sweep)} for the sweep)`,
      );
    }
    return isSweep ? sweep : perWorker;
  }

  /** A text of at most `most` printable characters; blank is the empty text. */
  words(name: VariableName, most: number): string | undefined {
    const text = this.#text(name);
    if (text === undefined || (text.length <= most && displayText(text) === text)) return text;
    this.#problem(name, `must be at most ${String(most)} characters, without markup or anything invisible`);
    return undefined;
  }

  /** A secret as a kind of chat hands it out; blank is the empty text. No problem shows anything of it. */
  secret(name: VariableName, kind: ChannelKind | undefined): string | undefined {
    const text = this.#text(name);
    if (text === undefined) return undefined;
    if (!/^[\x21-\x7e]{0,256}$/.test(text)) {
      this.#problem(name, 'must be a secret of at most 256 visible characters without blanks');
    } else if (kind === 'webhook' && !WEBHOOK_SECRET.test(text)) {
      this.#problem(name, 'must be whsec_ and at least 16 bytes in base64, for a webhook');
    }
    return text;
  }

  /** A whole address, token and all; blank is the empty text. No problem shows anything of it. */
  address(name: VariableName): string | undefined {
    const text = this.#text(name);
    if (text === undefined || text === '') return text;
    const url = text.length <= MAX_ADDRESS && URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || url.username !== '' || url.password !== '' || url.hash !== '') {
      this.#problem(name, 'must be a URL without user, password and fragment');
      return undefined;
    }
    if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url.href;
    this.#problem(name, 'must be https (http is for this machine only)');
    return undefined;
  }

  timeZone(name: VariableName): string | undefined {
    const text = this.#text(name);
    if (text === undefined || isTimeZone(text)) return text;
    this.#problem(name, 'must be the IANA name of a time zone, such as Asia/Shanghai');
    return undefined;
  }

  /** Blank stays `undefined`. */
  quietHours(name: VariableName): QuietHours | undefined {
    const text = this.#text(name) ?? '';
    const hours = parseQuietHours(text);
    if (text !== '' && hours === undefined) {
      this.#problem(name, 'must be two different times of the day, such as 22:00-07:30');
    }
    return hours;
  }

  /** Whether variables that only make sense together are there: once any is set, the `needed` ones must be. */
  isAnySet(needed: readonly VariableName[], others: readonly VariableName[]): boolean {
    const set = [...needed, ...others].find((name) => this.#raw(name) !== '');
    if (set === undefined) return false;
    for (const name of needed.filter((one) => this.#raw(one) === '')) {
      this.#problem(name, `is blank, but ${set} is set`);
    }
    return true;
  }

  #raw(name: VariableName): string {
    return this.#environment[name]?.trim() ?? '';
  }

  #text(name: VariableName): string | undefined {
    const { readBy, fallback }: Variable = CONFIG_VARIABLES[name];
    if (!readBy.includes(this.#functionName)) throw new Error(`${this.#functionName} does not read ${name}`);
    const text = this.#raw(name);
    if (text !== '') return text;
    if (fallback === undefined) this.#problem(name, `is missing (${CONFIG_VARIABLES[name].meaning})`);
    return fallback;
  }

  #problem(name: VariableName, what: string): void {
    this.problems.push(`${name} ${what}`);
  }
}

function isOriginOnly({ hash, password, pathname, search, username }: URL): boolean {
  return username === '' && password === '' && pathname === '/' && search === '' && hash === '';
}

function isLoopback(hostname: string): boolean {
  return hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
}
