import { nameOf } from '../../shared/core/digest.ts';
import type { DropId } from '../../shared/core/drop-identity.ts';
import type { CaIdentity } from '../../shared/core/drop-outcome.ts';
import { etagOf, objectKey } from '../../shared/core/object-version.ts';
import type { Outcome } from '../../shared/core/outcome.ts';
import type { CaSerial } from '../../shared/core/serial.ts';
import { epochMs } from '../../shared/core/time.ts';
import { INSTANCE } from './notify-world.ts';
import { instanceId } from './service-world.ts';

/** A drop of its own for every name. */
function drop(name: string, instance = INSTANCE) {
  return {
    source: { kind: 'folder' as const, instance: instanceId(instance), caName: name },
    dropId: nameOf([name], 16) as DropId,
  };
}

/** An event, critical: somebody dropped a private key. */
export function keyDropped(name: string, reason = 'private-key', instance = INSTANCE): Outcome {
  return { kind: 'drop-quarantined', drop: drop(name, instance), reason, fileName: 'ca.key' };
}

/** An event, a warning: a pair that can not be registered. */
export function pairRejected(name: string, reason = 'half-missing'): Outcome {
  return { kind: 'pair-rejected', drop: drop(name), reasons: [reason], sentence: 'A half is missing.', fix: 'Add it.' };
}

/** A condition, a warning: the service takes no registrations of an instance. */
export function blocked(name: string, code = 'CaNumExceed', instance = INSTANCE): Outcome {
  const service = { code, requestId: 'A1B2' };
  return { kind: 'registration-blocked', drop: drop(name, instance), ca: ca(name), service, day: '2026-01-31' };
}

/** An event, a notice in the quiet lane; it ends what blocked registrations of its instance. */
export function registered(name: string, instance = INSTANCE): Outcome {
  const service = { code: '', requestId: 'A1B2' };
  return { kind: 'ca-registered', drop: drop(name, instance), ca: ca(name), service, state: 'active', warnings: [] };
}

/** A condition, critical. */
export function channelRefused(day: string, since: number): Outcome {
  return {
    ...{ kind: 'channel-refused', channel: 'slack', reason: 'refused', code: 'no_team', since: epochMs(since), day },
    instead: 'nothing',
  };
}

/** Its end, a notice. */
export function channelRestored(since: number): Outcome {
  return { kind: 'channel-restored', channel: 'slack', since: epochMs(since) };
}

/** An event, a warning: a file in the wrong place. */
export function misplaced(name: string): Outcome {
  return {
    kind: 'drop-misplaced',
    drop: {
      source: { kind: 'misplaced', key: objectKey(`inbox/${name}`), reason: 'no-folder' },
      dropId: nameOf([name], 16) as DropId,
    },
    etag: etagOf(nameOf([name], 32)),
    reason: 'no-folder',
    sentence: 'It lies in no folder.',
  };
}

function ca(name: string): CaIdentity {
  return { serial: nameOf([name], 16) as CaSerial, fingerprint: nameOf([name], 32) };
}
