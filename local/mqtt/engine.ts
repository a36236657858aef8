import { type Refusal, refuse } from './errors.ts';
import { OPERATIONS } from './operations.ts';
import { type Parameters, readText } from './parameters.ts';
import type { WireObject } from './rendering.ts';
import { canonicalSerial } from './serial.ts';
import type { MqttSettings } from './settings.ts';
import { EMPTY_STATE, type MqttState, type RegisteredCa, type RegistrationCode } from './state.ts';

/** What one call answers, before it is written as HTTP. */
export type EngineAnswer = { readonly ok: true; readonly body: WireObject } | Refusal;

/** The rules of the service as plain state: no sockets, no signatures, no clock of its own. */
export interface MqttEngine {
  /** Runs one operation; an unknown action is `InvalidApi.NotFound`, a wrong method `UnsupportedHTTPMethod`. */
  readonly call: (request: EngineRequest) => EngineAnswer;
  /** Every registered CA, oldest first; of one instance when it is named. */
  readonly cas: (instance?: string) => readonly RegisteredCa[];
  /** Every code that was handed out and is still remembered, oldest first. */
  readonly codes: () => readonly RegistrationCode[];
  /** Switches a CA on or off, like a person in the console. Any spelling of the serial; false when there is none. */
  readonly setCaStatus: (instance: string, serial: string, status: RegisteredCa['status']) => boolean;
  readonly settings: () => MqttSettings;
  readonly setSettings: (changes: Partial<MqttSettings>) => void;
  /** Forgets codes and CAs; settings stay. */
  readonly reset: () => void;
}

/** One call as the engine sees it. */
export interface EngineRequest {
  readonly action: string;
  readonly method: string;
  readonly parameters: Parameters;
}

/** What an engine is made of. */
export interface EngineOptions {
  readonly instances: readonly string[];
  readonly settings: MqttSettings;
  readonly state: MqttState;
  /** Moved time, epoch milliseconds. */
  readonly now: () => number;
  /** Told the new state after every change. */
  readonly onChange?: (state: MqttState) => void;
}

const INSTANCE_MAX_CHARS = 128;

/** Starts an engine on a state. */
export function createMqttEngine(options: EngineOptions): MqttEngine {
  let { settings, state } = options;
  const change = (next: MqttState): void => {
    state = next;
    options.onChange?.(next);
  };

  const findInstance = (parameters: Parameters): { readonly ok: true; readonly value: string } | Refusal => {
    const instance = readText(parameters, 'MqttInstanceId', INSTANCE_MAX_CHARS);
    if (!instance.ok) return instance;
    if (settings.foreignInstances.includes(instance.value)) return refuse('MqttOwnerCheckError');
    return options.instances.includes(instance.value) ? instance : refuse('MqttInstanceNotFound');
  };

  const call = ({ action, method, parameters }: EngineRequest): EngineAnswer => {
    const operation = OPERATIONS.get(action);
    if (operation === undefined) return refuse('InvalidApi.NotFound');
    const isPostToRead = method === 'POST' && !operation.methods.includes('POST') && !settings.postToReadsRefused;
    if (!operation.methods.includes(method) && !isPostToRead) return refuse('UnsupportedHTTPMethod');
    if (settings.deniedActions.includes(action)) return refuse('PermissionCheckFailed');
    const instance = findInstance(parameters);
    if (!instance.ok) return instance;
    const result = operation.run({ instance: instance.value, parameters, settings, state, now: options.now() });
    if (!result.ok) return result;
    if (result.state !== undefined) change(result.state);
    return { ok: true, body: result.body };
  };

  return {
    call,
    cas: (instance) => (instance === undefined ? state.cas : state.cas.filter((ca) => ca.instance === instance)),
    codes: () => state.codes,
    setCaStatus: (instance, serial, status) => {
      const wanted = canonicalSerial(serial);
      const isIt = (ca: RegisteredCa): boolean => ca.instance === instance && canonicalSerial(ca.serialHex) === wanted;
      if (!state.cas.some(isIt)) return false;
      change({ ...state, cas: state.cas.map((ca) => (isIt(ca) ? { ...ca, status } : ca)) });
      return true;
    },
    settings: () => settings,
    setSettings: (changes) => {
      settings = { ...settings, ...changes };
    },
    reset: () => change(EMPTY_STATE),
  };
}
