import { sentInputs } from '../../shared/core/sweep/act-words.ts';
import { endInputs, leftInputs, manyInputs } from '../../shared/core/sweep/condition-words.ts';
import type { SweepOutcome } from '../../shared/core/sweep/sweep-outcome.ts';
import type { OutcomeSamples } from './outcome-samples.ts';
import { SAMPLE } from './sample-values.ts';

const { device, instance, requestId, sweepId } = SAMPLE;
const ofSweep = { sweepId };
const ofInstance = { sweepId, instance };
const ofCa = { sweepId, instance, ca: SAMPLE.ca };
const ofDevice = { ...ofCa, device };
const name = 'pump-0042';
const watched = { watched: 1200 };
const CALLED = { code: '', requestId };
const SILENT = { code: 'Timeout', requestId: '' };
const FORBIDDEN = { code: 'NoPermission', requestId };
const COUNTS = {
  watched: 1200,
  healthy: 1180,
  expiring: 10,
  expired: 1,
  inactive: 3,
  not_registered: 4,
  missing: 1,
  unreadable: 1,
  reactivated: 2,
};
const BREAKER = {
  survivors: 57,
  released: 0,
  actedUnderCa: 0,
  actedOnInstance: 0,
  registeredWatched: 1200,
  limit: 12,
  instanceLimit: 200,
  acted: 0,
  acted_on_instance: 0,
  instance_limit: 200,
  examples: `${SAMPLE.device}, c0ffee02, c0ffee03`,
};
const HOLDS = {
  objectKey: 'control/holds/2026-01-01-c0ffee-1a2b3c4d.csv',
  objectEtag: '9B2CF535F27731C974343645A3985328',
};

/** What a sweep can find and do. */
export const SWEEP_SAMPLES: OutcomeSamples<SweepOutcome> = {
  'device-reactivated': [
    { kind: 'device-reactivated', ...ofDevice, name, service: CALLED, inputs: sentInputs('answered') },
  ],
  'reactivation-failed': [
    {
      kind: 'reactivation-failed',
      ...ofDevice,
      name,
      reason: 'DeviceCertificateStatusError',
      service: { code: 'DeviceCertificateStatusError', requestId },
    },
  ],
  'would-reactivate': [{ kind: 'would-reactivate', ...ofDevice }],
  'device-flapping': [{ kind: 'device-flapping', ...ofDevice, inputs: { activatedAt: '2025-12-30T06:00:00.000Z' } }],
  'breaker-open': [{ kind: 'breaker-open', ...ofCa, inputs: BREAKER }],
  'device-inactive': [
    {
      kind: 'device-inactive',
      ...ofDevice,
      name,
      reason: 'held',
      inputs: { owner: 'ann', file: HOLDS.objectKey, line: 2 },
    },
  ],
  'device-expiring': [{ kind: 'device-expiring', ...ofDevice, reason: 'stage-14', inputs: { days: 14 } }],
  'device-expired': [{ kind: 'device-expired', ...ofDevice }],
  'device-missing': [{ kind: 'device-missing', ...ofDevice }],
  'device-unreadable': [{ kind: 'device-unreadable', ...ofDevice, reason: 'not-read', service: SILENT }],
  'device-recovered': [{ kind: 'device-recovered', ...ofDevice, name }],
  'ca-appeared': [{ kind: 'ca-appeared', ...ofCa, name: 'plant-7' }],
  'ca-vanished': [{ kind: 'ca-vanished', ...ofCa, name: 'plant-7', inputs: watched }],
  'ca-expiring': [
    { kind: 'ca-expiring', ...ofCa, name: 'plant-7', reason: 'stage-30', inputs: { days: 30, ...watched } },
  ],
  'ca-expired': [{ kind: 'ca-expired', ...ofCa, name: 'plant-7', inputs: watched }],
  'ca-inactive': [{ kind: 'ca-inactive', ...ofCa, name: 'plant-7', inputs: watched }],
  'ca-missing': [{ kind: 'ca-missing', ...ofCa, inputs: watched }],
  'ca-unreadable': [{ kind: 'ca-unreadable', ...ofCa, service: SILENT, inputs: watched }],
  'ca-summary': [{ kind: 'ca-summary', ...ofCa, inputs: COUNTS }],
  'sweep-summary': [{ kind: 'sweep-summary', ...ofSweep, inputs: { ...COUNTS, cas: 3, laps: 1 } }],
  'sweep-skipped': [{ kind: 'sweep-skipped', ...ofSweep, reason: 'running' }],
  'tick-ignored': [{ kind: 'tick-ignored', ...ofSweep, reason: 'far-from-the-clock' }],
  'self-call-failed': [
    { kind: 'self-call-failed', ...ofSweep, reason: 'AccessDenied', service: { code: 'AccessDenied', requestId } },
  ],
  'service-silent': [{ kind: 'service-silent', ...ofSweep, inputs: { count: 12 } }],
  'instance-blocked': [
    { kind: 'instance-blocked', ...ofInstance, service: FORBIDDEN, inputs: { watched: 1200, unreadable: 1200 } },
  ],
  'list-refused': [
    {
      kind: 'list-refused',
      ...ofInstance,
      reason: 'devices-not-listed',
      service: FORBIDDEN,
      inputs: { what: 'devices', what_zh: '设备证书' },
    },
  ],
  'acts-stopped': [
    { kind: 'acts-stopped', ...ofSweep, objectKey: HOLDS.objectKey, line: 2, reason: 'hold-names-no-device' },
  ],
  'control-changed': [
    {
      kind: 'control-changed',
      ...ofSweep,
      ...HOLDS,
      reason: 'added',
      inputs: { what: 'hold', holds: 1, holds_before: 0, nameless: 0, owner: 'ann' },
    },
  ],
  'devices-left-inactive': [
    {
      kind: 'devices-left-inactive',
      ...ofCa,
      reason: 'paused',
      inputs: {
        count: 3,
        examples: `${device}, c0ffee02, c0ffee03`,
        first: device,
        ...leftInputs('paused', { instance, ca_sn: SAMPLE.ca, acts_at: '' }),
      },
    },
  ],
  'devices-many': [
    {
      kind: 'devices-many',
      ...ofCa,
      reason: 'device-missing',
      inputs: { count: 240, examples: `${device}, c0ffee02, c0ffee03`, ...manyInputs('device-missing') },
    },
  ],
  'devices-expiring-many': [
    {
      kind: 'devices-expiring-many',
      ...ofCa,
      reason: 'stage-30',
      inputs: { count: 240, news: 60, examples: `${device}, c0ffee02`, ...manyInputs('device-expiring') },
    },
  ],
  'condition-ended': [
    {
      kind: 'condition-ended',
      ...ofCa,
      reason: 'ca-inactive',
      resolves: 'ca-inactive.0123456789abcdef',
      inputs: endInputs('ca-inactive', 'over', { instance, ca: SAMPLE.ca }),
    },
    {
      kind: 'condition-ended',
      ...ofSweep,
      reason: 'acts-stopped',
      objectKey: HOLDS.objectKey,
      resolves: 'acts-stopped.0123456789abcdef',
      inputs: endInputs('acts-stopped', 'over', { objectKey: HOLDS.objectKey }),
    },
  ],
  'hold-ending': [
    {
      kind: 'hold-ending',
      ...ofSweep,
      objectKey: HOLDS.objectKey,
      line: 2,
      reason: 'ends-within-7-days',
      inputs: { owner: 'ann', until: '2026-01-07T12:00:00.000Z' },
    },
  ],
};
