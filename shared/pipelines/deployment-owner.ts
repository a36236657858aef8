import * as v from 'valibot';
import { type DisplayText, displayText } from '../core/display-text.ts';
import { objectKey } from '../core/object-version.ts';
import { safeJson } from '../core/safe-json.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { parseJsonObject } from './json-object.ts';

/** What tells two deployments apart. */
export interface Deployment {
  /** Digits; empty when the platform does not say. */
  readonly accountId: string;
  readonly region: string;
  /** What is put before each function's name; empty when nothing is. */
  readonly functionPrefix: string;
}

/** Whose bucket it is. `owner` is safe to show. */
export type Ownership = { readonly kind: 'ours' } | { readonly kind: 'foreign'; readonly owner: DisplayText };

/** Names the deployment whose bucket this is. Deleting it hands the bucket to the next deployment that runs. */
export const OWNER_KEY = objectKey('state/owner.json');

const OWNER_MAX_BYTES = 1024;

const OwnerShape = v.object({ accountId: v.string(), region: v.string(), functionPrefix: v.string() });

/** The prefix of a deployed function's name; empty when the name does not end as the function is called here. */
export function functionPrefixOf(deployedName: string, functionName: string): string {
  return deployedName.endsWith(functionName) ? deployedName.slice(0, -functionName.length) : '';
}

/**
 * Makes sure that one bucket serves one deployment: two of them would settle each other's drops and sweep with half of
 * the guardrails each. The first to run writes its name down (create-only); every run after it compares.
 *
 * @throws ServiceFailure when the bucket does not say whose it is.
 */
export async function claimBucket(store: ObjectStore, deployment: Deployment): Promise<Ownership> {
  const ours = Buffer.from(safeJson({ schema: 1, ...namesOf(deployment) }));
  const before = await readOwner(store);
  if (before !== undefined) return compared(before, deployment);
  await store.create({ key: OWNER_KEY, bytes: ours, contentType: 'application/json' });
  // Read back even after a plain success: that two creates never both succeed is not promised under a race.
  return compared((await readOwner(store)) ?? 'removed meanwhile', deployment);
}

/** The deployment that is written down, a word for what can not be read as one, or `undefined` when nothing is there. */
async function readOwner(store: ObjectStore): Promise<Deployment | string | undefined> {
  const read = await store.read({ key: OWNER_KEY, maxBytes: OWNER_MAX_BYTES });
  if (read.kind === 'missing') return undefined;
  if (read.kind !== 'found') return 'unreadable';
  // Not ours: someone wrote it by hand, and only a person can say what it means.
  return parseJsonObject(read.bytes, OwnerShape) ?? 'unreadable';
}

function compared(owner: Deployment | string, deployment: Deployment): Ownership {
  if (typeof owner === 'string') return { kind: 'foreign', owner: displayText(owner) };
  if (safeJson(namesOf(owner)) === safeJson(namesOf(deployment))) return { kind: 'ours' };
  return { kind: 'foreign', owner: displayText(deploymentName(owner)) };
}

/** The account, region and function prefix as one text for people: `<account>/<region>/<prefix>`. */
export function deploymentName({ accountId, functionPrefix, region }: Deployment): string {
  return `${accountId}/${region}/${functionPrefix}`;
}

function namesOf({ accountId, functionPrefix, region }: Deployment): Deployment {
  return { accountId, region, functionPrefix };
}
