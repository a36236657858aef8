import { applyChange, type Change } from './changes.ts';
import { type Console, createConsole } from './console.ts';
import type { Device } from './devices/device.ts';
import { createDeviceRegistry, type DeviceRegistry } from './devices/device-registry.ts';
import { readSerialBytes } from './devices/serial-bytes.ts';
import { type Refusal, refuse } from './errors.ts';
import type { PageFault } from './faults.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { createHistory, type HistoryEntry } from './history.ts';
import type { Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import { type Page, readPage } from './paging.ts';
import { type Parameters, type Read, readText } from './parameters.ts';
import type { WireObject } from './rendering.ts';
import { canonicalSerial } from './serial.ts';
import type { MqttSettings } from './settings.ts';
import { EMPTY_STATE, type MqttState, type RegisteredCa, type RegistrationCode } from './state.ts';

/** What one call answers, before it is written as HTTP. */
export type EngineAnswer = { readonly ok: true; readonly body: WireObject } | Refusal;

/** The rules of the service as plain state: no sockets, no signatures, no clock of its own. */
export interface MqttEngine extends Console, Fleet {
  /** Runs one operation; an unknown action is `InvalidApi.NotFound`, a wrong method `UnsupportedHTTPMethod`. */
  readonly call: (request: EngineRequest) => EngineAnswer;
  /** Every registered CA, oldest first; of one instance when it is named. */
  readonly cas: (instance?: string) => readonly RegisteredCa[];
  /** Every code that was handed out and is still remembered, oldest first. */
  readonly codes: () => readonly RegistrationCode[];
  /** One registered CA; its serial in any spelling. */
  readonly ca: (instance: string, serial: string) => RegisteredCa | undefined;
  /** One registered device; serials in any spelling. */
  readonly device: (instance: string, caSerial: string, serial: string) => Device | undefined;
  /** Every registered device of an instance, oldest first; nothing may change while they are read. */
  readonly devices: (instance: string) => Iterable<Device>;
  /** The newest hundred thousand changes, oldest first. */
  readonly history: () => readonly HistoryEntry[];
  /** Replaces the hooks. */
  readonly setHooks: (hooks: EngineHooks) => void;
  readonly settings: () => MqttSettings;
  readonly setSettings: (changes: Partial<MqttSettings>) => void;
  /** Forgets codes, CAs, devices, history and hooks; settings stay. */
  readonly reset: () => void;
}

/** One call as the engine sees it. */
export interface EngineRequest {
  readonly action: string;
  readonly method: string;
  readonly parameters: Parameters;
  /** The access key that signed the call. */
  readonly by: string;
  readonly pageFault?: PageFault | undefined;
}

/** What is told just before something happens, so that the world can change under a caller's feet. */
export interface EngineHooks {
  readonly beforeCall?: (request: EngineRequest) => void;
  /** Before a page of a list is made. */
  readonly beforeList?: (list: ListedPage) => void;
}

/** A page that is about to be made. */
export interface ListedPage extends Page {
  readonly action: string;
  readonly instance: string;
  /** `CaSn` as it was sent, of ListDeviceCertificateByCaSn alone. */
  readonly ca: string | undefined;
}

/** What an engine is made of. */
export interface EngineOptions {
  readonly instances: readonly string[];
  readonly settings: MqttSettings;
  readonly state: MqttState;
  /** Default: none registered, kept in memory alone. */
  readonly devices?: DeviceRegistry;
  /** Moved time, epoch milliseconds. */
  readonly now: () => number;
  /** Told the new state after every change of codes and CAs. */
  readonly onChange?: (state: MqttState) => void;
}

const INSTANCE_MAX_CHARS = 128;

/** Starts an engine on a state. */
export function createMqttEngine(options: EngineOptions): MqttEngine {
  const devices = options.devices ?? createDeviceRegistry();
  const history = createHistory();
  let { settings, state } = options;
  let hooks: EngineHooks = {};

  const setState = (next: MqttState): void => {
    if (next === state) return;
    state = next;
    options.onChange?.(next);
  };
  const apply = (change: Change, by: string): void => {
    const applied = applyChange(change, state, devices);
    setState(applied.state);
    history.add({ at: options.now(), by, ...applied.entry });
  };
  const findCa = (instance: string, serial: string): RegisteredCa | undefined => {
    const wanted = canonicalSerial(serial);
    return state.cas.find((ca) => ca.instance === instance && canonicalSerial(ca.serialHex) === wanted);
  };
  const findDevice = (instance: string, caSerial: string, serial: string): Device | undefined => {
    const ca = findCa(instance, caSerial)?.serialHex;
    const bytes = readSerialBytes(serial);
    return ca === undefined || bytes === undefined ? undefined : devices.find({ instance, ca, serial: bytes });
  };
  const checkInstance = (parameters: Parameters): Read<string> => {
    const instance = readText(parameters, 'MqttInstanceId', INSTANCE_MAX_CHARS);
    if (!instance.ok) return instance;
    if (settings.foreignInstances.includes(instance.value)) return refuse('MqttOwnerCheckError');
    return options.instances.includes(instance.value) ? instance : refuse('MqttInstanceNotFound');
  };
  const tellPage = (action: string, instance: string, parameters: Parameters): void => {
    const page = hooks.beforeList === undefined || !action.startsWith('List') ? undefined : readPage(parameters);
    if (page?.ok === true) hooks.beforeList?.({ ...page.value, action, instance, ca: parameters.get('CaSn') });
  };

  const call = (request: EngineRequest): EngineAnswer => {
    const { action, method, parameters, by, pageFault } = request;
    hooks.beforeCall?.(request);
    const operation = OPERATIONS.get(action);
    if (operation === undefined) return refuse('InvalidApi.NotFound');
    if (!isMethodGood(operation, method, settings)) return refuse('UnsupportedHTTPMethod');
    if (settings.deniedActions.includes(action)) return refuse('PermissionCheckFailed');
    const instance = checkInstance(parameters);
    if (!instance.ok) return instance;
    tellPage(action, instance.value, parameters);
    const now = options.now();
    const result = operation.run({ instance: instance.value, parameters, settings, state, devices, now, pageFault });
    if (!result.ok) return result;
    if (result.codes !== undefined) setState({ ...state, codes: result.codes });
    if (result.change !== undefined) apply(result.change, by);
    return { ok: true, body: result.body };
  };

  const account = { devices, findCa, findDevice, apply, note: history.add, settings: () => settings, now: options.now };
  return {
    ...createConsole(account),
    ...createFleet(account),
    call,
    cas: (instance) => (instance === undefined ? state.cas : state.cas.filter((ca) => ca.instance === instance)),
    codes: () => state.codes,
    ca: findCa,
    device: findDevice,
    devices: devices.all,
    history: history.list,
    setHooks: (next) => {
      hooks = next;
    },
    settings: () => settings,
    setSettings: (changes) => {
      settings = { ...settings, ...changes };
    },
    reset: () => {
      hooks = {};
      devices.clear();
      history.clear();
      setState(EMPTY_STATE);
    },
  };
}

function isMethodGood(operation: Operation, method: string, settings: MqttSettings): boolean {
  if (operation.methods.includes(method)) return true;
  return method === 'POST' && !settings.postToReadsRefused;
}
