import * as ca from './ca-operations.ts';
import * as device from './device-operations.ts';
import type { Operation } from './operation.ts';

/** Every operation this stand-in knows, by its action name (API version 2020-04-20). */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['GetRegisterCode', ca.getRegisterCode],
  ['RegisterCaCertificate', ca.registerCaCertificate],
  ['GetCaCertificate', ca.getCaCertificate],
  ['ListCaCertificate', ca.listCaCertificate],
  ['ActiveCaCertificate', ca.activeCaCertificate],
  ['InactivateCaCertificate', ca.inactivateCaCertificate],
  ['DeleteCaCertificate', ca.deleteCaCertificate],
  ['GetDeviceCertificate', device.getDeviceCertificate],
  ['ListDeviceCertificate', device.listDeviceCertificate],
  ['ListDeviceCertificateByCaSn', device.listDeviceCertificateByCaSn],
  ['ActiveDeviceCertificate', device.activeDeviceCertificate],
  ['InactivateDeviceCertificate', device.inactivateDeviceCertificate],
  ['DeleteDeviceCertificate', device.deleteDeviceCertificate],
]);
