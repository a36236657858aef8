import type { DropId } from '../../shared/core/drop-identity.ts';
import type { CaIdentity, DropFacts } from '../../shared/core/drop-outcome.ts';
import type { InstanceId } from '../../shared/core/instance.ts';
import type { CaSerial, DeviceSerial } from '../../shared/core/serial.ts';
import type { SweepId } from '../../shared/core/sweep/sweep-id.ts';

/** Values for samples: shaped like real ones, and plainly nobody's. */
export const SAMPLE = {
  instance: 'post-cn-example0001' as InstanceId,
  ca: '5f3c9a7e01b2c4d6' as CaSerial,
  device: 'c0ffee00000000000000000000000001' as DeviceSerial,
  sweepId: '20260101T060000Z' as SweepId,
  requestId: '5F0DE1B2-0000-4000-8000-EXAMPLE00001',
} as const;

/** A drop of somebody who uploaded through the console. */
export const SAMPLE_DROP: DropFacts = {
  source: { kind: 'folder', instance: SAMPLE.instance, caName: 'plant-7' },
  dropId: '0123456789abcdef' as DropId,
  claims: { actor: 'RAM:operator', sourceIp: '203.0.113.9' },
};

/** The CA in that drop. */
export const SAMPLE_CA: CaIdentity = { serial: SAMPLE.ca, fingerprint: 'ab12'.repeat(16) };
