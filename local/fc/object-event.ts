import { createHash } from 'node:crypto';
import type { FunctionDefinition, TriggerDefinition } from './function-definition.ts';

/** One change of an object, as the object store tells it. */
export interface ObjectEvent {
  /** Without the `oss:` of trigger settings: `ObjectCreated:PutObject`. */
  readonly eventName: string;
  readonly atMs: number;
  readonly bucket: string;
  /** Raw UTF-8, never URL-encoded. */
  readonly key: string;
  readonly size: number;
  readonly deltaSize: number;
  /** Upper-case hex without quotes. */
  readonly eTag: string;
  readonly mimeType?: string | undefined;
  readonly requestId: string;
  readonly sourceIp: string;
  readonly principalId: string;
}

type OssTrigger = Extract<TriggerDefinition, { triggerType: 'oss' }>;

/** The OSS triggers of a function that an event fires: by bucket, event type, prefix and suffix. */
export function firedTriggers(definition: FunctionDefinition, event: ObjectEvent): readonly OssTrigger[] {
  return definition.triggers.filter((trigger): trigger is OssTrigger => {
    if (trigger.triggerType !== 'oss' || !trigger.sourceArn.endsWith(`:${event.bucket}`)) return false;
    const { prefix, suffix } = trigger.triggerConfig.filter.key;
    const named = trigger.triggerConfig.events.some((name) => matches(name, `oss:${event.eventName}`));
    return named && event.key.startsWith(prefix) && event.key.endsWith(suffix);
  });
}

function matches(pattern: string, eventName: string): boolean {
  return pattern.endsWith('*') ? eventName.startsWith(pattern.slice(0, -1)) : pattern === eventName;
}

/**
 * The payload a native OSS trigger delivers.
 *
 * @see Overview of OSS triggers, Function Compute documentation.
 */
export function ossEventPayload(
  trigger: OssTrigger,
  event: ObjectEvent,
  owner: { readonly region: string; readonly accountId: string },
): Buffer {
  const ruleId = createHash('sha1').update(`${trigger.sourceArn} ${trigger.triggerName}`).digest('hex');
  const element = {
    eventName: event.eventName,
    eventSource: 'acs:oss',
    eventTime: new Date(event.atMs).toISOString(),
    eventVersion: '1.0',
    oss: {
      bucket: {
        arn: `acs:oss:${owner.region}:${owner.accountId}:${event.bucket}`,
        name: event.bucket,
        ownerIdentity: owner.accountId,
        virtualBucket: '',
      },
      object: {
        deltaSize: event.deltaSize,
        eTag: event.eTag,
        key: event.key,
        objectMeta: { mimeType: event.mimeType ?? 'application/octet-stream' },
        size: event.size,
      },
      ossSchemaVersion: '1.0',
      ruleId,
    },
    region: owner.region,
    requestParameters: { sourceIPAddress: event.sourceIp },
    responseElements: { requestId: event.requestId },
    userIdentity: { principalId: event.principalId },
  };
  return Buffer.from(JSON.stringify({ events: [element] }));
}
