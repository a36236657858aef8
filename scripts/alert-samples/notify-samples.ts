import type { CauseId } from '../../shared/core/alert-key.ts';
import { displayText } from '../../shared/core/display-text.ts';
import type { NotifyOutcome } from '../../shared/core/notify/notify-outcome.ts';
import { etagOf, objectKey } from '../../shared/core/object-version.ts';
import { recordOf } from '../../shared/core/outcome.ts';
import type { EventId } from '../../shared/core/outcome-record.ts';
import { epochMs } from '../../shared/core/time.ts';
import { DROP_SAMPLES } from './drop-samples.ts';
import type { OutcomeSamples } from './outcome-samples.ts';
import { SAMPLE } from './sample-values.ts';
import { SWEEP_SAMPLES } from './sweep-samples.ts';

const SINCE = epochMs(1_767_247_200_000); // 2026-01-01T06:00:00Z
const ETAG = etagOf('9B2CF535F27731C974343645A3985328');
const CAUSE: CauseId = 'ca-inactive.0123456789abcdef';
const owner = displayText('ann');
const RUN = { functionName: '', functionRequestId: '', configDigest: '', version: '' };
const mute = { objectKey: objectKey('control/mutes/2026-01-01-ca-inactive-1a2b3c4d.csv'), etag: ETAG, line: 2 };

/** What the teller itself can find out. */
export const NOTIFY_SAMPLES: OutcomeSamples<NotifyOutcome> = {
  'sweep-overdue': [{ kind: 'sweep-overdue', since: SINCE, reason: 'no-progress', intervalMinutes: 10, repeat: 0 }],
  'sweep-resumed': [{ kind: 'sweep-resumed', since: SINCE }],
  'outbox-backlog': [
    { kind: 'outbox-backlog', hour: SINCE, alerts: 12, outcomes: 3, unwritable: 0, oldest: SINCE, isMore: false },
  ],
  'log-store-refused': [
    { kind: 'log-store-refused', since: SINCE, reason: 'refused', code: 'Unauthorized', repeat: 0 },
    { kind: 'log-store-refused', since: SINCE, reason: 'silent', code: 'ServerBusy', repeat: 1 },
  ],
  'log-store-restored': [{ kind: 'log-store-restored', since: SINCE }],
  'outcome-unwritable': [
    {
      kind: 'outcome-unwritable',
      parkedKey: objectKey('outbox/unwritable/1767247200000-0123456789abcdef.json'),
      code: 'PostBodyInvalid',
      about: { eventId: '0123456789abcdef0123456789abcdef' as EventId, kind: 'device-inactive' },
    },
  ],
  'outbox-damaged': [
    {
      kind: 'outbox-damaged',
      reason: 'unreadable-body',
      parkedKey: objectKey('outbox/unwritable/1767247200000-fedcba9876543210.json'),
      foundKey: objectKey('outbox/alerts/warning/x.json'),
      etag: ETAG,
    },
  ],
  'critical-untold': [
    {
      kind: 'critical-untold',
      messageId: '0123456789abcdef0123456789abcdef',
      parkedKey: objectKey('outbox/unwritable/0123456789abcdef0123456789abcdef.json'),
      about: 'drop-quarantined',
      problems: 1,
    },
  ],
  'channel-refused': [
    {
      kind: 'channel-refused',
      channel: 'dingtalk',
      reason: 'refused',
      code: '310000',
      since: SINCE,
      day: '2026-01-01',
      instead: 'second',
    },
  ],
  'channel-restored': [{ kind: 'channel-restored', channel: 'dingtalk', since: SINCE }],
  'alerts-muted': [{ kind: 'alerts-muted', batchId: '0123456789abcdef', causeId: CAUSE, count: 3, mute, owner }],
  'mute-invalid': [{ kind: 'mute-invalid', mute, reason: 'no-owner', lines: 1 }],
  'mute-expired': [{ kind: 'mute-expired', mute, lines: 2, until: SINCE, owner }],
  canary: [
    {
      kind: 'canary',
      date: '2026-01-01',
      logCode: '',
      lastSweep: SINCE,
      openProblems: 2,
      batchesWaiting: 0,
      hasSecond: true,
    },
    {
      kind: 'canary',
      date: '2026-01-02',
      logCode: 'WriteQuotaExceed',
      lastSweep: undefined,
      openProblems: 0,
      batchesWaiting: 4,
      hasSecond: false,
    },
  ],
  'pause-standing': [{ kind: 'pause-standing', etag: ETAG, since: SINCE, days: 3, owner }],
  'pause-lifted': [{ kind: 'pause-lifted', since: SINCE }],
  'condition-unreported': [
    {
      kind: 'condition-unreported',
      causeId: CAUSE,
      condition: 'ca-inactive',
      lastSeen: SINCE,
      instance: SAMPLE.instance,
      ca: SAMPLE.ca,
    },
  ],
  'test-alert': [
    { kind: 'test-alert', testId: '0123456789abcdef', about: 'test-alert', actor: displayText('operator') },
    {
      kind: 'test-alert',
      testId: '0123456789abcdef',
      about: 'device-reactivated',
      actor: displayText('operator'),
      sample: recordOf(SWEEP_SAMPLES['device-reactivated'][0], SINCE, RUN),
    },
    {
      kind: 'test-alert',
      testId: '0123456789abcdef',
      about: 'event-lost',
      actor: displayText('operator'),
      sample: recordOf(DROP_SAMPLES['event-lost'][0], SINCE, RUN),
    },
    {
      kind: 'test-alert',
      testId: '0123456789abcdef',
      about: 'pair-rejected',
      actor: displayText('operator'),
      sample: recordOf(DROP_SAMPLES['pair-rejected'][0], SINCE, RUN),
    },
  ],
};
