import type { Change } from './changes.ts';
import type { DeviceRegistry } from './devices/device-registry.ts';
import { type Refusal, refuse } from './errors.ts';
import type { PageFault } from './faults.ts';
import { type Parameters, type Read, readText } from './parameters.ts';
import type { WireObject } from './rendering.ts';
import { canonicalSerial, spellSerial } from './serial.ts';
import type { MqttSettings } from './settings.ts';
import type { MqttState, RegisteredCa, RegistrationCode } from './state.ts';

/** What an operation sees. The instance is known to exist and to be ours. */
export interface OperationContext {
  readonly instance: string;
  readonly parameters: Parameters;
  readonly settings: MqttSettings;
  readonly state: MqttState;
  /** Read here, changed only by what the operation returns. */
  readonly devices: DeviceRegistry;
  /** Moved time, epoch milliseconds. */
  readonly now: number;
  /** What is wrong with the page to be shown. */
  readonly pageFault: PageFault | undefined;
}

/** What an operation answers, and what it wants done: to the registration codes, to a certificate, or nothing. */
export type OperationResult =
  | {
      readonly ok: true;
      readonly body: WireObject;
      readonly codes?: readonly RegistrationCode[];
      readonly change?: Change;
    }
  | Refusal;

/** One operation of the OpenAPI: the HTTP methods the gateway declares for it, and what it decides. */
export interface Operation {
  readonly methods: readonly string[];
  readonly run: (context: OperationContext) => OperationResult;
}

/** Methods of an operation that only reads. */
export const READ = ['GET'];
/** Methods of an operation that changes something. */
export const WRITE = ['GET', 'POST'];

const SERIAL_MAX_CHARS = 128; // GetCaCertificate and GetDeviceCertificate pages

/** Reads a serial parameter as it was sent. */
export const readSerial = (context: OperationContext, name: string): Read<string> =>
  readText(context.parameters, name, SERIAL_MAX_CHARS);

/** Whether a caller's text names a serial under the spelling rules of the settings. */
export function namesSerial(text: string, serialHex: string, settings: MqttSettings): boolean {
  if (settings.serialLookup === 'own-spelling') return spellSerial(serialHex, settings) === text;
  return canonicalSerial(serialHex) === canonicalSerial(text);
}

/** The CA of the instance that a caller's text names. */
export function findCa(context: OperationContext, serial: string): RegisteredCa | undefined {
  const { instance, settings, state } = context;
  return state.cas.find((ca) => ca.instance === instance && namesSerial(serial, ca.serialHex, settings));
}

/** The CA that a parameter names, or the refusal. */
export function readCa(context: OperationContext, name: string): Read<RegisteredCa> {
  const serial = readSerial(context, name);
  if (!serial.ok) return serial;
  const ca = findCa(context, serial.value);
  return ca === undefined ? refuse('FindCaBySnError') : { ok: true, value: ca };
}
