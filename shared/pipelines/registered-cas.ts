import { registeredCaKey, registeredCasPrefix } from '../core/bucket-layout.ts';
import { type InstanceId, parseInstanceId } from '../core/instance.ts';
import type { OutcomeRecord } from '../core/outcome-record.ts';
import { type CaSerial, parseCaSerial } from '../core/serial.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { listAll } from './each-page.ts';

/** Remembers that this pipeline registered the CA of an outcome; nothing for outcomes of any other kind. */
export async function noteRegisteredCa(store: ObjectStore, outcome: OutcomeRecord): Promise<void> {
  if (outcome.kind !== 'ca-registered') return;
  const instance = parseInstanceId(outcome.instance ?? '');
  const ca = parseCaSerial(outcome.ca_sn ?? '');
  if (instance === undefined || ca === undefined) return;
  await store.put({ key: registeredCaKey(instance, ca), bytes: Buffer.alloc(0), contentType: 'text/plain' });
}

/** The CAs of an instance that this pipeline registered. */
export async function registeredCas(store: ObjectStore, instance: InstanceId): Promise<ReadonlySet<CaSerial>> {
  const prefix = registeredCasPrefix(instance);
  const { objects } = await listAll(store, { prefix });
  const serials = objects.map(({ key }) => parseCaSerial(key.slice(prefix.length)));
  return new Set(serials.filter((serial) => serial !== undefined));
}
