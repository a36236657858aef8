import type { InstanceId } from '../../shared/core/instance.ts';
import { type CaSerial, serviceSpellings } from '../../shared/core/serial.ts';
import type { CaPage, CaReading } from '../../shared/ports/mqtt-certificates.ts';
import { CommandError } from '../terminal/command-error.ts';
import { counted } from '../terminal/table.ts';
import type { Reading } from './reading.ts';

/** Far beyond any quota; a list that goes on longer is a list that repeats itself. */
const MAX_PAGES = 100;

/**
 * Every CA of an instance.
 *
 * @throws CommandError when the list could not be read to its end, every entry of it.
 */
export async function listAccountCas({ calls, deps }: Reading, instance: InstanceId): Promise<readonly CaReading[]> {
  const cas = new Map<CaSerial, CaReading>();
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const answer = await calls.read(() => deps.mqtt.listCas(instance, page));
    if (answer.kind === 'failed') throw unlisted(answer.service.code);
    const { cas: found, unreadable } = answer.kind === 'answered' ? answer.value : NOBODY;
    if (unreadable > 0) throw unlisted(`${counted(unreadable, 'entry', 'entries')} of the list can not be read`);
    const before = cas.size;
    for (const ca of found) cas.set(ca.serial, ca);
    if (cas.size === before) return [...cas.values()];
  }
  throw unlisted('the list does not end');
}

/** What reading one CA came to; it is missing only when the service knows it under no spelling. */
export type FoundCa =
  | { readonly kind: 'read'; readonly reading: CaReading }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly code: string };

/** One CA by itself; an answer about another one is no answer. */
export async function readAccountCa({ calls, deps }: Reading, instance: InstanceId, ca: CaSerial): Promise<FoundCa> {
  for (const spelling of serviceSpellings(ca)) {
    const answer = await calls.read(() => deps.mqtt.getCa(instance, spelling));
    if (answer.kind === 'failed') return { kind: 'unreadable', code: answer.service.code };
    if (answer.kind !== 'answered') continue;
    const { value: reading } = answer;
    return reading.serial === ca ? { kind: 'read', reading } : { kind: 'unreadable', code: 'OtherSerial' };
  }
  return { kind: 'missing' };
}

const NOBODY: CaPage = { cas: [], unreadable: 0 };

function unlisted(why: string): CommandError {
  return new CommandError({
    code: 'cas-unreadable',
    message: `the CAs of the instance could not be listed: ${why}`,
    next: 'Try again, or name the CA with --ca.',
  });
}
