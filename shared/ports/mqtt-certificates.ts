import type { DeviceReading } from '../core/device-reading.ts';
import type { InstanceId } from '../core/instance.ts';
import type { CaSerial } from '../core/serial.ts';
import type { EpochMs } from '../core/time.ts';

/**
 * The answer to one call. A refusal is judged by its code alone: the service announced that its HTTP statuses change.
 */
export type CallAnswer<Value> =
  | { readonly kind: 'answered'; readonly value: Value; readonly requestId: string }
  | { readonly kind: 'refused'; readonly code: string; readonly status: number; readonly requestId: string }
  /** No readable answer (`Timeout`, `NoConnection`, `UnreadableAnswer`): a write may have happened. */
  | { readonly kind: 'no-answer'; readonly code: string };

/** A registered CA as the service tells it. */
export interface CaReading {
  /** The service's own spelling, for further calls. */
  readonly serialAsReceived: string;
  readonly serial: CaSerial;
  readonly name: string;
  /** SHA-256 over the DER bytes, lower-case hex; absent when the service's text holds no readable certificate. */
  readonly fingerprint?: string;
  /** An unknown value is told, never guessed. */
  readonly status: 'active' | 'inactive' | { readonly unknown: string };
  readonly validFrom?: EpochMs;
  readonly validUntil?: EpochMs;
}

/** One device certificate, by spellings of its serials that the service knows. */
export interface DeviceAddress {
  readonly instance: InstanceId;
  readonly caSpelling: string;
  readonly deviceSpelling: string;
}

/** One page of the CAs of an instance. */
export interface CaPage {
  readonly cas: readonly CaReading[];
  /** Elements that name no readable serial: each may be any CA that is not listed. */
  readonly unreadable: number;
}

/** One page of the device certificates under a CA. */
export interface DevicePage {
  readonly devices: readonly DeviceReading[];
  /** Elements that name no readable serial: each may be any device that is not listed. */
  readonly unreadable: number;
}

/**
 * The certificate operations of the ApsaraMQ for MQTT OpenAPI (OnsMqtt, 2020-04-20). One call is one request: pacing
 * happens inside, repeating does not. No method throws for anything a service or network can do.
 */
export interface MqttCertificates {
  /** GetRegisterCode. Asking may invalidate an earlier code, so only a person asks. */
  readonly getRegistrationCode: (instance: InstanceId) => Promise<CallAnswer<string>>;
  /** GetCaCertificate, by one spelling of the serial. */
  readonly getCa: (instance: InstanceId, serialSpelling: string) => Promise<CallAnswer<CaReading>>;
  /** RegisterCaCertificate. The value is the serial as the service spells it. */
  readonly registerCa: (request: {
    readonly instance: InstanceId;
    readonly caName: string;
    readonly caPem: string;
    readonly verificationPem: string;
  }) => Promise<CallAnswer<string>>;
  /**
   * ListCaCertificate, pages of 100 counted from 1. Its `Total` is documented in two meanings and not told; neither the
   * order nor a stable view from page to page is promised.
   */
  readonly listCas: (instance: InstanceId, page: number) => Promise<CallAnswer<CaPage>>;
  /** GetDeviceCertificate. */
  readonly getDevice: (device: DeviceAddress) => Promise<CallAnswer<DeviceReading>>;
  /** ListDeviceCertificateByCaSn; paging as in `listCas`. */
  readonly listDevicesOfCa: (request: {
    readonly instance: InstanceId;
    readonly caSpelling: string;
    readonly page: number;
  }) => Promise<CallAnswer<DevicePage>>;
  /** ActiveDeviceCertificate. The value is the serial as the service spells it; the status is for a read-back to tell. */
  readonly activateDevice: (device: DeviceAddress) => Promise<CallAnswer<string>>;
  /** InactivateDeviceCertificate, which only a person asks for. The value is as in `activateDevice`. */
  readonly inactivateDevice: (device: DeviceAddress) => Promise<CallAnswer<string>>;
}
