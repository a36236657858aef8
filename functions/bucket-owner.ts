import type { CommonConfig } from '../shared/config.ts';
import type { FunctionName } from '../shared/config-table.ts';
import { type Outcome, type RunFacts, recordOf } from '../shared/core/outcome.ts';
import { type EpochMs, startOfFiveMinutes } from '../shared/core/time.ts';
import type { FunctionContext } from '../shared/events/function-context.ts';
import { claimBucket, deploymentName, functionPrefixOf } from '../shared/pipelines/deployment-owner.ts';
import type { Reporter } from '../shared/pipelines/report.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import { urlOf } from './clients.ts';

/** The bucket belongs to another deployment; nothing was done in it but telling so. */
export class ForeignDeploymentError extends Error {
  override readonly name = 'ForeignDeploymentError';
}

/** The buckets this process found to be its deployment's own: asked once per worker, not once per upload. */
const ours = new Set<string>();

/**
 * Claims the bucket for this deployment, or sees that it has it already.
 *
 * @throws ForeignDeploymentError after telling, when another deployment has it.
 */
export async function claimOwnBucket(
  functionName: FunctionName,
  context: FunctionContext,
  config: CommonConfig,
  work: { readonly store: ObjectStore; readonly reporter: Reporter; readonly run: RunFacts; readonly now: EpochMs },
): Promise<void> {
  const deployment = {
    accountId: context.accountId ?? '',
    region: config.region,
    functionPrefix: functionPrefixOf(context.functionName, functionName),
  };
  const name = deploymentName(deployment);
  const claim = `${urlOf(config.endpoints.oss)} ${config.bucket} ${name}`;
  if (ours.has(claim)) return;
  const ownership = await claimBucket(work.store, deployment);
  if (ownership.kind === 'foreign') {
    const outcome: Outcome = { kind: 'foreign-deployment', owner: ownership.owner, intruder: name };
    // Dated so that many workers write one alert and not many.
    await work.reporter.report([recordOf(outcome, startOfFiveMinutes(work.now), work.run)]);
    throw new ForeignDeploymentError('the bucket belongs to another deployment: see state/owner.json');
  }
  ours.add(claim);
}
