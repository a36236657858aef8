import { withoutConditions } from '../../core/notify/condition-memory.ts';
import { unreportedConditions } from '../../core/notify/lasting-conditions.ts';
import type { NotifyOutcome } from '../../core/notify/notify-outcome.ts';
import { instanceOf } from './notify-shapes.ts';
import { type Teller, tellOutcomes } from './teller.ts';

/** Conditions that one run gives up. */
const FORGOTTEN_AT_ONCE = 50;

type Unreported = ReturnType<typeof unreportedConditions>[number];

/** Says once of each condition that nobody reports any more that nothing is known of it. */
export async function forgetUnreported({ deps, memory, pendingBegins }: Teller): Promise<void> {
  const unreported = unreportedConditions(memory.get(), deps.clock.now(), deps.settings.sweepInterval)
    .filter(({ causeId }) => !pendingBegins.mayHave(causeId))
    .slice(0, FORGOTTEN_AT_ONCE);
  if (unreported.length === 0) return;
  await tellOutcomes(deps, unreported.map(outcomeOf));
  const causes = unreported.map(({ causeId }) => causeId);
  await memory.set(withoutConditions(memory.get(), causes));
}

function outcomeOf({ causeId, kind, lastSeenAt, sample }: Unreported): NotifyOutcome {
  const instance = sample === undefined ? undefined : instanceOf(sample);
  const ca = sample?.ca_sn;
  return {
    ...{ kind: 'condition-unreported', causeId, condition: kind, lastSeen: lastSeenAt },
    ...(instance === undefined ? {} : { instance }),
    ...(ca === undefined ? {} : { ca }),
  };
}
