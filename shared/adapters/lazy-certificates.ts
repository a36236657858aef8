import type { MqttCertificates } from '../ports/mqtt-certificates.ts';

/**
 * Certificate operations that are built at the first call: the OpenAPI SDK is the slowest thing a function loads, and
 * many invocations never need it.
 *
 * @param load - Called once; when it fails, so does every call.
 */
export function lazyCertificates(load: () => Promise<MqttCertificates>): MqttCertificates {
  let loading: Promise<MqttCertificates> | undefined;
  const loaded = (): Promise<MqttCertificates> => {
    loading ??= load();
    return loading;
  };
  return {
    getRegistrationCode: async (instance) => (await loaded()).getRegistrationCode(instance),
    getCa: async (instance, serialSpelling) => (await loaded()).getCa(instance, serialSpelling),
    registerCa: async (request) => (await loaded()).registerCa(request),
    listCas: async (instance, page) => (await loaded()).listCas(instance, page),
    getDevice: async (device) => (await loaded()).getDevice(device),
    listDevicesOfCa: async (request) => (await loaded()).listDevicesOfCa(request),
    activateDevice: async (device) => (await loaded()).activateDevice(device),
    inactivateDevice: async (device) => (await loaded()).inactivateDevice(device),
  };
}
