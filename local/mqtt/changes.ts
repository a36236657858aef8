import type { Device, DeviceStatus } from './devices/device.ts';
import type { DeviceRegistry } from './devices/device-registry.ts';
import type { HistoryEntry } from './history.ts';
import type { MqttState, RegisteredCa } from './state.ts';

/** One thing to be done to a certificate, decided by a call or by a person in the console. */
export type Change =
  | { readonly kind: 'register-device'; readonly instance: string; readonly device: Device }
  | { readonly kind: 'set-device'; readonly instance: string; readonly device: Device; readonly status: DeviceStatus }
  | { readonly kind: 'delete-device'; readonly instance: string; readonly device: Device }
  | { readonly kind: 'register-ca'; readonly ca: RegisteredCa }
  | { readonly kind: 'set-ca'; readonly ca: RegisteredCa; readonly status: RegisteredCa['status'] }
  | { readonly kind: 'delete-ca'; readonly ca: RegisteredCa };

/** What a change did. */
export interface Applied {
  readonly state: MqttState;
  readonly entry: Omit<HistoryEntry, 'at' | 'by'>;
}

/** Does a change: devices in place, CAs in the state that is returned. Doing it twice is harmless. */
export function applyChange(change: Change, state: MqttState, devices: DeviceRegistry): Applied {
  switch (change.kind) {
    case 'register-device':
    case 'set-device':
    case 'delete-device':
      return { state, entry: applyToDevice(change, devices) };
    case 'register-ca':
    case 'set-ca':
    case 'delete-ca':
      return applyToCa(change, state, devices);
    default:
      throw new Error(`no such change: ${String(change satisfies never)}`);
  }
}

function applyToDevice(
  change: Extract<Change, { readonly device: Device }>,
  devices: DeviceRegistry,
): Applied['entry'] {
  const { instance, device } = change;
  const key = { instance, ca: device.caSerialHex, serial: Buffer.from(device.serialHex, 'hex') };
  const named = { instance, ca: device.caSerialHex, device: device.serialHex };
  switch (change.kind) {
    case 'register-device':
      return { ...named, action: 'registered', changed: devices.add(instance, device) };
    case 'set-device': {
      const action = change.status === 'active' ? 'activated' : 'inactivated';
      return { ...named, action, changed: devices.setStatus(key, change.status) };
    }
    case 'delete-device':
      return { ...named, action: 'deleted', changed: devices.remove(key) };
    default:
      throw new Error(`no such change: ${String(change satisfies never)}`);
  }
}

function applyToCa(
  change: Extract<Change, { readonly ca: RegisteredCa }>,
  state: MqttState,
  devices: DeviceRegistry,
): Applied {
  const { instance, serialHex, status } = change.ca;
  const named = { instance, ca: serialHex };
  const isIt = (ca: RegisteredCa): boolean => ca.instance === instance && ca.serialHex === serialHex;
  switch (change.kind) {
    case 'register-ca':
      return {
        state: { ...state, cas: [...state.cas, change.ca] },
        entry: { ...named, action: 'ca-registered', changed: true },
      };
    case 'set-ca': {
      const action = change.status === 'active' ? 'ca-activated' : 'ca-inactivated';
      if (status === change.status) return { state, entry: { ...named, action, changed: false } };
      const cas = state.cas.map((ca) => (isIt(ca) ? { ...ca, status: change.status } : ca));
      return { state: { ...state, cas }, entry: { ...named, action, changed: true } };
    }
    case 'delete-ca': {
      const count = devices.removeCa(instance, serialHex); // DeleteCaCertificate page: its devices go with it
      const cas = state.cas.filter((ca) => !isIt(ca));
      return { state: { ...state, cas }, entry: { ...named, action: 'ca-deleted', changed: true, count } };
    }
    default:
      throw new Error(`no such change: ${String(change satisfies never)}`);
  }
}
