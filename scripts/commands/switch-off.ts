import type { InstanceId } from '../../shared/core/instance.ts';
import { type CaSerial, type DeviceSerial, serviceSpellings } from '../../shared/core/serial.ts';
import type { DeviceAddress } from '../../shared/ports/mqtt-certificates.ts';
import { CommandError } from '../terminal/command-error.ts';
import { listAccountCas, readAccountCa } from './account-cas.ts';
import type { Reading } from './reading.ts';

/** A device certificate the service has. */
export interface FoundDevice {
  readonly ca: CaSerial;
  readonly device: DeviceSerial;
  readonly address: DeviceAddress;
  readonly status: 'active' | 'inactive' | { readonly unknown: string };
}

/** Finds a device under one CA, or under every CA of the instance; serials are unique only under their CA. */
export async function findDevice(
  reading: Reading,
  wanted: { readonly instance: InstanceId; readonly device: DeviceSerial; readonly ca?: CaSerial },
): Promise<readonly FoundDevice[]> {
  const found: FoundDevice[] = [];
  for (const { ca, caSpelling } of await casOf(reading, wanted)) {
    const one = await findUnder(reading, { ...wanted, ca, caSpelling });
    if (one !== undefined) found.push(one);
  }
  return found;
}

interface SpelledCa {
  readonly ca: CaSerial;
  readonly caSpelling: string;
}

async function casOf(
  reading: Reading,
  { ca, instance }: { readonly instance: InstanceId; readonly ca?: CaSerial },
): Promise<readonly SpelledCa[]> {
  if (ca !== undefined) {
    const found = await readAccountCa(reading, instance, ca);
    if (found.kind === 'unreadable') throw unreadable('ca-unreadable', `the CA ${ca}`, found.code);
    return found.kind === 'read' ? [{ ca, caSpelling: found.reading.serialAsReceived }] : [];
  }
  const listed = await listAccountCas(reading, instance);
  return listed.map(({ serial, serialAsReceived }) => ({ ca: serial, caSpelling: serialAsReceived }));
}

async function findUnder(
  { calls, deps }: Reading,
  { ca, caSpelling, device, instance }: SpelledCa & { readonly instance: InstanceId; readonly device: DeviceSerial },
): Promise<FoundDevice | undefined> {
  for (const deviceSpelling of serviceSpellings(device)) {
    const address = { instance, caSpelling, deviceSpelling };
    const answer = await calls.read(() => deps.mqtt.getDevice(address));
    if (answer.kind === 'failed') throw unreadable('device-unreadable', device, answer.service.code);
    if (answer.kind !== 'answered') continue;
    // What is read here becomes the address of an act: an answer about another device is no answer.
    if (answer.value.serial !== device) throw unreadable('device-unreadable', device, 'OtherSerial');
    return { ca, device, address, status: answer.value.status };
  }
  return undefined;
}

function unreadable(code: string, what: string, serviceCode: string): CommandError {
  return new CommandError({ code, message: `${what} could not be read: ${serviceCode}`, next: 'Try again.' });
}

/** What became of switching a device off; only what was read back afterwards counts. */
export type SwitchedOff =
  | { readonly kind: 'read-back-inactive' }
  | { readonly kind: 'still-active'; readonly code: string }
  | { readonly kind: 'not-readable'; readonly code: string };

/** InactivateDeviceCertificate and a read-back. Sending it twice does no harm, so an answer that was lost is no riddle. */
export async function switchOff({ calls, deps }: Reading, { address }: FoundDevice): Promise<SwitchedOff> {
  const answer = await deps.mqtt.inactivateDevice(address);
  const code = answer.kind === 'answered' ? '' : answer.code;
  const after = await calls.read(() => deps.mqtt.getDevice(address));
  if (after.kind !== 'answered') return { kind: 'not-readable', code };
  return after.value.status === 'inactive' ? { kind: 'read-back-inactive' } : { kind: 'still-active', code };
}
