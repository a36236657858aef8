import type { CauseId } from '../alert-key.ts';
import { nameOf } from '../digest.ts';
import { type DisplayText, displayText } from '../display-text.ts';
import type { Etag, ObjectKey } from '../object-version.ts';
import type { Bilingual } from '../openapi-code.ts';
import type { EventId, OutcomeRecord } from '../outcome-record.ts';
import type { OutcomeKind } from '../outcome-table.ts';
import { safeJson } from '../safe-json.ts';
import { type EpochMs, isoOf } from '../time.ts';
import type { MessageId } from './notify-layout.ts';
import type { NOTIFY_OUTCOME_KINDS } from './notify-outcome-table.ts';
import { testedSaid } from './tested-record.ts';

/** One line of a file under `control/mutes/`. */
export interface MutePlace {
  readonly objectKey: ObjectKey;
  readonly etag: Etag;
  /** From 1. */
  readonly line: number;
}

/** Everything the teller itself finds out: one variant per kind of the table. */
export type NotifyOutcome =
  /** `repeat` counts the days it lasts: once for each of them the condition is reported again. */
  | {
      readonly kind: 'sweep-overdue';
      /** Of the last progress; of the teller's first look when there never was any. */
      readonly since: EpochMs;
      readonly reason: 'never-ran' | 'no-progress';
      readonly intervalMinutes: number;
      readonly repeat: number;
    }
  | { readonly kind: 'sweep-resumed'; readonly since: EpochMs }
  | {
      readonly kind: 'outbox-backlog';
      /** The hour it was counted in. */
      readonly hour: EpochMs;
      readonly alerts: number;
      readonly outcomes: number;
      readonly unwritable: number;
      readonly oldest: EpochMs;
      /** There was more than could be counted. */
      readonly isMore: boolean;
    }
  /** `repeat` counts the days it lasts; `silent`: it gives no answer that could be used. */
  | {
      readonly kind: 'log-store-refused';
      readonly since: EpochMs;
      readonly reason: 'refused' | 'silent';
      readonly code: string;
      readonly repeat: number;
    }
  | { readonly kind: 'log-store-restored'; readonly since: EpochMs }
  /** `about` is what can be said of the record: its id and kind, as far as they are readable. */
  | {
      readonly kind: 'outcome-unwritable';
      readonly parkedKey: ObjectKey;
      readonly code: string;
      readonly about: { readonly eventId: EventId; readonly kind: string };
    }
  /** `etag` is the one it had in the outbox. */
  | {
      readonly kind: 'outbox-damaged';
      readonly reason: 'unreadable-name' | 'unreadable-body' | 'too-large' | 'content-refused';
      readonly parkedKey: ObjectKey;
      readonly foundKey: ObjectKey;
      readonly etag: Etag;
    }
  /** `about` is the kind of its first problem. */
  | {
      readonly kind: 'critical-untold';
      readonly messageId: MessageId;
      readonly parkedKey: ObjectKey;
      readonly about: OutcomeKind;
      readonly problems: number;
    }
  /** `day` (`2026-01-31`): reported once a day for as long as it lasts. */
  | {
      readonly kind: 'channel-refused';
      readonly channel: string;
      /**
       * `silent`: it has not given an answer that can be understood; `busy`: it wants to be left alone; `unsuitable`: it
       * took a message in no form.
       */
      readonly reason: 'refused' | 'silent' | 'busy' | 'unsuitable';
      readonly code: string;
      readonly since: EpochMs;
      readonly day: string;
      /** Which channel takes messages meanwhile; `nothing`: there is no other; `neither`: that one takes none either. */
      readonly instead: 'first' | 'second' | 'nothing' | 'neither';
    }
  | { readonly kind: 'channel-restored'; readonly channel: string; readonly since: EpochMs }
  /** `batchId` names the alerts that were muted together. */
  | {
      readonly kind: 'alerts-muted';
      readonly batchId: string;
      readonly causeId: CauseId;
      readonly count: number;
      readonly mute: MutePlace;
      readonly owner: DisplayText;
    }
  /** `mute` is the first of so many lines of a file that are wrong in the same way. */
  | { readonly kind: 'mute-invalid'; readonly mute: MutePlace; readonly reason: string; readonly lines: number }
  /** `mute` is the one of so many expired lines of a file that ended last. */
  | {
      readonly kind: 'mute-expired';
      readonly mute: MutePlace;
      readonly lines: number;
      readonly until: EpochMs;
      readonly owner: DisplayText;
    }
  | {
      readonly kind: 'canary';
      /** `2026-01-31` in the time zone of the settings. */
      readonly date: string;
      /** Empty when the log store took the record; what it said otherwise. */
      readonly logCode: string;
      /** When a sweep was complete last. */
      readonly lastSweep: EpochMs | undefined;
      readonly openProblems: number;
      readonly batchesWaiting: number;
      readonly hasSecond: boolean;
    }
  /** `days` is at least 1. */
  | {
      readonly kind: 'pause-standing';
      readonly etag: Etag;
      readonly since: EpochMs;
      readonly days: number;
      readonly owner: DisplayText;
    }
  | { readonly kind: 'pause-lifted'; readonly since: EpochMs }
  | {
      readonly kind: 'condition-unreported';
      readonly causeId: CauseId;
      readonly condition: OutcomeKind;
      readonly lastSeen: EpochMs;
      /** As far as a sample of the condition says. */
      readonly instance?: string;
      readonly ca?: string;
    }
  /** `about` is the kind whose way is tested; `sample` is a made-up record of it, for people to see how it reads. */
  | {
      readonly kind: 'test-alert';
      readonly testId: string;
      readonly about: OutcomeKind;
      readonly actor: DisplayText;
      readonly sample?: OutcomeRecord;
    };

/** What makes two tellings the same event, besides the kind. */
export function notifyIdentity(outcome: NotifyOutcome): readonly (string | number)[] {
  switch (outcome.kind) {
    case 'sweep-overdue':
    case 'log-store-refused':
      return [outcome.since, outcome.repeat];
    case 'sweep-resumed':
    case 'log-store-restored':
    case 'pause-lifted':
      return [outcome.since];
    case 'outbox-backlog':
      return [outcome.hour];
    case 'outcome-unwritable':
      return [outcome.parkedKey];
    case 'outbox-damaged':
      return [outcome.foundKey, outcome.etag];
    case 'critical-untold':
      return [outcome.messageId];
    case 'channel-refused':
      return [outcome.channel, outcome.reason, outcome.code, outcome.since, outcome.day];
    case 'channel-restored':
      return [outcome.channel, outcome.since];
    case 'alerts-muted':
      return [outcome.batchId, outcome.causeId, ...placeOf(outcome.mute)];
    case 'mute-invalid':
      return [...placeOf(outcome.mute), outcome.reason];
    case 'mute-expired':
      return placeOf(outcome.mute);
    case 'canary':
      return [outcome.date];
    case 'pause-standing':
      return [outcome.since, outcome.days];
    case 'condition-unreported':
      return [outcome.causeId, outcome.lastSeen];
    case 'test-alert':
      return [outcome.testId, outcome.about];
  }
}

function placeOf({ etag, line, objectKey }: MutePlace): readonly (string | number)[] {
  return [objectKey, etag, line];
}

type Texts = Readonly<Record<string, string>>;

/** The fields of the record, and the values that the sentences of the table name. */
export function notifyFields(outcome: NotifyOutcome): { readonly fields: Texts; readonly named: Texts } {
  const { fields = {}, inputs = {} } = saidOf(outcome);
  const ruleInputs: Texts = Object.keys(inputs).length === 0 ? {} : { rule_inputs: safeJson(inputs) };
  const spoken = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)]));
  return { fields: { ...fields, ...ruleInputs }, named: { ...spoken, ...fields } };
}

interface Said {
  readonly fields?: Texts;
  readonly inputs?: Readonly<Record<string, string | number | boolean>>;
}

function saidOf(outcome: NotifyOutcome): Said {
  switch (outcome.kind) {
    case 'sweep-overdue': {
      const { intervalMinutes, reason, since } = outcome;
      return { fields: { reason }, inputs: { since: isoOf(since), interval_minutes: intervalMinutes } };
    }
    case 'sweep-resumed':
      return { fields: { resolves: causeOf('sweep-overdue') }, inputs: { since: isoOf(outcome.since) } };
    case 'outbox-backlog': {
      const { alerts, isMore, oldest, outcomes, unwritable } = outcome;
      return { inputs: { alerts, outcomes, unwritable, oldest: isoOf(oldest), is_more: isMore } };
    }
    case 'log-store-refused': {
      const { code, reason, since } = outcome;
      return { fields: { reason, api_code: displayText(code) }, inputs: { since: isoOf(since) } };
    }
    case 'log-store-restored':
      return { fields: { resolves: causeOf('log-store-refused') }, inputs: { since: isoOf(outcome.since) } };
    case 'outcome-unwritable': {
      const { about, code, parkedKey } = outcome;
      return {
        fields: { api_code: code, object_key: shown(parkedKey), correlation_id: about.eventId },
        inputs: { record_kind: displayText(about.kind) },
      };
    }
    case 'outbox-damaged':
      return {
        fields: {
          reason: outcome.reason,
          object_key: shown(outcome.parkedKey),
          object_etag: displayText(outcome.etag),
        },
        inputs: { found_at: shown(outcome.foundKey) },
      };
    case 'critical-untold': {
      const { about, messageId, parkedKey, problems } = outcome;
      return {
        fields: { reason: about, object_key: shown(parkedKey), correlation_id: messageId },
        inputs: { problems },
      };
    }
    case 'channel-refused':
      return channelRefusedSaid(outcome);
    case 'channel-restored': {
      const { channel, since } = outcome;
      return {
        fields: { name: displayText(channel), resolves: causeOf('channel-refused', displayText(channel)) },
        inputs: { since: isoOf(since) },
      };
    }
    case 'alerts-muted':
      return {
        fields: { ...muteFields(outcome.mute), correlation_id: outcome.batchId },
        inputs: { count: outcome.count, cause: outcome.causeId, line: outcome.mute.line, owner: outcome.owner },
      };
    case 'mute-invalid':
      return {
        fields: { ...muteFields(outcome.mute), reason: outcome.reason },
        inputs: { line: outcome.mute.line, lines: outcome.lines },
      };
    case 'mute-expired': {
      const { lines, mute, owner, until } = outcome;
      return { fields: muteFields(mute), inputs: { line: mute.line, lines, until: isoOf(until), owner: named(owner) } };
    }
    case 'canary':
      return canarySaid(outcome);
    case 'pause-standing': {
      const { days, etag, owner, since } = outcome;
      return {
        fields: { object_etag: displayText(etag) },
        inputs: { days, since: isoOf(since), owner: named(owner) },
      };
    }
    case 'pause-lifted':
      return { fields: { resolves: causeOf('pause-standing') }, inputs: { since: isoOf(outcome.since) } };
    case 'condition-unreported':
      return {
        fields: {
          reason: outcome.condition,
          instance: displayText(outcome.instance ?? ''),
          ca_sn: displayText(outcome.ca ?? ''),
          correlation_id: outcome.causeId,
        },
        inputs: { last_seen: isoOf(outcome.lastSeen), ...whereOf(outcome) },
      };
    case 'test-alert': {
      const { fields = {}, inputs = {} } = outcome.sample === undefined ? {} : testedSaid(outcome.sample);
      const { about, actor, testId } = outcome;
      return { fields: { ...fields, reason: about, actor, correlation_id: testId }, inputs };
    }
  }
}

type Of<Kind extends NotifyOutcome['kind']> = Extract<NotifyOutcome, { readonly kind: Kind }>;

function channelRefusedSaid({ channel, code, instead, reason, since }: Of<'channel-refused'>): Said {
  const { en, zh } = INSTEAD[instead];
  return {
    fields: { name: displayText(channel), reason, api_code: code },
    inputs: { since: isoOf(since), second: en, second_zh: zh },
  };
}

const INSTEAD = {
  first: { zh: '消息走首选渠道。', en: 'Messages go through the first channel.' },
  second: { zh: '消息改由备用渠道发送。', en: 'Messages go through the second channel.' },
  nothing: {
    zh: '没有备用渠道，消息在发件箱中等待。',
    en: 'There is no second channel: messages wait in the outbox.',
  },
  neither: {
    zh: '另一个渠道也不接收，消息在发件箱中等待。',
    en: 'The other channel takes none either: messages wait in the outbox.',
  },
} as const satisfies Record<Of<'channel-refused'>['instead'], Bilingual>;

function whereOf({ ca = '', instance = '' }: Of<'condition-unreported'>): Texts {
  if (instance === '') return { where: 'of the deployment', where_zh: '整个部署' };
  const [shownCa, shownInstance] = [displayText(ca), displayText(instance)];
  return {
    where: `on instance ${shownInstance}${ca === '' ? '' : `, CA ${shownCa}`}`,
    where_zh: `实例 ${shownInstance}${ca === '' ? '' : `，CA ${shownCa}`}`,
  };
}

function canarySaid(outcome: Of<'canary'>): Said {
  const { batchesWaiting, date, hasSecond, lastSweep, logCode, openProblems } = outcome;
  const isTaken = logCode === '';
  return {
    fields: { api_code: logCode },
    inputs: {
      date,
      log: isTaken ? 'took this record' : `did not take this record (${logCode})`,
      log_zh: isTaken ? '已写入本条记录' : `未能写入本条记录（${logCode}）`,
      last_sweep: lastSweep === undefined ? 'never' : isoOf(lastSweep),
      open: openProblems,
      waiting: batchesWaiting,
      second: hasSecond ? 'configured' : 'none',
      second_zh: hasSecond ? '已配置' : '未配置',
    },
  };
}

function muteFields({ etag, objectKey }: MutePlace): Texts {
  return { object_key: shown(objectKey), object_etag: displayText(etag) };
}

function named(owner: DisplayText): string {
  return owner === '' ? 'nobody named' : owner;
}

/** Keys have up to 1,023 octets; that many characters of one are told. */
const KEY_SHOWN = 200;

function shown(key: ObjectKey): DisplayText {
  return displayText(key, KEY_SHOWN);
}

/** The cause of a condition whose columns are its kind and these. */
function causeOf(kind: keyof typeof NOTIFY_OUTCOME_KINDS, ...columns: readonly string[]): CauseId {
  return `${kind}.${nameOf([kind, ...columns], 16)}`;
}
