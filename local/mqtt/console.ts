import type { Change } from './changes.ts';
import type { Device, DeviceStatus } from './devices/device.ts';
import type { RegisteredCa } from './state.ts';

/** What people do in the service's console. Serials come in any spelling; false when there is no such certificate. */
export interface Console {
  readonly setDeviceStatus: (instance: string, caSerial: string, serial: string, status: DeviceStatus) => boolean;
  readonly deleteDevice: (instance: string, caSerial: string, serial: string) => boolean;
  readonly setCaStatus: (instance: string, serial: string, status: RegisteredCa['status']) => boolean;
  /** Its devices go with it. */
  readonly deleteCa: (instance: string, serial: string) => boolean;
}

/** What the console works on. */
export interface ConsoleAccount {
  readonly findCa: (instance: string, serial: string) => RegisteredCa | undefined;
  readonly findDevice: (instance: string, caSerial: string, serial: string) => Device | undefined;
  readonly apply: (change: Change, by: string) => void;
}

const BY = 'console';

/** The console of an account. */
export function createConsole({ findCa, findDevice, apply }: ConsoleAccount): Console {
  const changeDevice = (device: Device | undefined, changeOf: (device: Device) => Change): boolean => {
    if (device === undefined) return false;
    apply(changeOf(device), BY);
    return true;
  };
  const changeCa = (ca: RegisteredCa | undefined, changeOf: (ca: RegisteredCa) => Change): boolean => {
    if (ca === undefined) return false;
    apply(changeOf(ca), BY);
    return true;
  };
  return {
    setDeviceStatus: (instance, caSerial, serial, status) =>
      changeDevice(findDevice(instance, caSerial, serial), (device) => ({
        kind: 'set-device',
        instance,
        device,
        status,
      })),
    deleteDevice: (instance, caSerial, serial) =>
      changeDevice(findDevice(instance, caSerial, serial), (device) => ({ kind: 'delete-device', instance, device })),
    setCaStatus: (instance, serial, status) =>
      changeCa(findCa(instance, serial), (ca) => ({ kind: 'set-ca', ca, status })),
    deleteCa: (instance, serial) => changeCa(findCa(instance, serial), (ca) => ({ kind: 'delete-ca', ca })),
  };
}
