import type { Brand } from './brand.ts';

/** An ApsaraMQ for MQTT instance id (`MqttInstanceId`), for example `post-cn-…` or `mqtt-cn-…`. */
export type InstanceId = Brand<string, 'InstanceId'>;

// The documents show two prefixes and state no rule, so the shape is loose: what fits in a path segment and a query.
const SHAPE = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{1,62}[A-Za-z0-9])$/;

/** Reads an instance id; `undefined` when it can not be one. */
export function parseInstanceId(text: string): InstanceId | undefined {
  return SHAPE.test(text) ? (text as InstanceId) : undefined;
}
