import { NOTIFY_OUTCOME_KINDS } from './notify/notify-outcome-table.ts';
import type { RecordField } from './outcome-record.ts';
import { SWEEP_OUTCOME_KINDS } from './sweep/sweep-outcome-table.ts';
import { WATCH_OUTCOME_KINDS } from './sweep/watch-outcome-table.ts';

/** How bad an outcome is. `critical` is told at once, whatever the hour. */
export type Severity = 'info' | 'notice' | 'warning' | 'critical';

/** What a kind of outcome is, in one place. Sentences name record fields in braces. */
export interface OutcomeKindFacts {
  readonly severity: Severity;
  /** Told outcomes become alerts in the outbox; the others are only in the log store. */
  readonly told: boolean;
  /** `quiet` may wait for the next digest; `normal` goes out with the next pass. */
  readonly lane: 'quiet' | 'normal';
  /** A condition lasts until it is resolved and is repeated daily; an event happened once. */
  readonly lifetime: 'event' | 'condition';
  /** It ends the story of a drop: nothing more will be said about it. */
  readonly final: boolean;
  /** The fields that make two outcomes one problem. Never text that an outsider chooses. */
  readonly cause: readonly RecordField[];
  /** Conditions of the same instance that such an outcome proves to be over. */
  readonly ends?: readonly EndedByOthers[];
  /** The fields a record of this kind can carry, besides {@link COMMON_FIELDS}. */
  readonly fields: readonly RecordField[];
  readonly zh: string;
  readonly en: string;
  /** What to do; a command to copy stands in backticks, and is the same in both languages. */
  readonly fixZh: string;
  readonly fixEn: string;
}

/** The fields that records of every kind can carry. */
export const COMMON_FIELDS = [
  'schema',
  'event_id',
  'kind',
  'severity',
  'at',
  'detail',
  'fix',
  'function',
  'function_request_id',
  'config_digest',
  'version',
] as const satisfies readonly RecordField[];

const DROP_FIELDS = ['instance', 'name', 'correlation_id', 'actor', 'source_ip'] as const;
const CA_FIELDS = [...DROP_FIELDS, 'ca_sn', 'cert_sha256', 'request_id', 'api_code'] as const;

/** Conditions that end with an outcome of another kind, without `resolves`: whoever brings it knows nothing of them. */
type EndedByOthers = 'registration-blocked' | 'registration-postponed';

const DROP_CAUSE = ['kind', 'reason', 'api_code', 'instance'] as const;
const CA_CAUSE = ['kind', 'instance', 'ca_sn'] as const;

/** Every kind of outcome: who hears of it and in which words. */
export const OUTCOME_KINDS = {
  'ca-registered': {
    severity: 'notice', // a new trust anchor is security news even when it went well
    told: true,
    lane: 'quiet',
    lifetime: 'event',
    final: true,
    cause: CA_CAUSE,
    ends: ['registration-blocked', 'registration-postponed'],
    fields: [...CA_FIELDS, 'reason'],
    zh: '实例 {instance} 已注册 CA 证书 {name}（序列号 {ca_sn}），并已回读确认。',
    en: 'CA {name} (serial {ca_sn}) is registered on instance {instance}, read back: {detail}.',
    fixZh:
      '如果不是您授权的操作，请立即停用该 CA 证书：`aliyun onsmqtt InactivateCaCertificate --MqttInstanceId {instance} --Sn {ca_sn}`。',
    fixEn:
      'If nobody you trust did this, deactivate the CA at once: `aliyun onsmqtt InactivateCaCertificate --MqttInstanceId {instance} --Sn {ca_sn}`.',
  },
  'ca-already-registered': {
    severity: 'info',
    told: false,
    lane: 'quiet',
    lifetime: 'event',
    final: true,
    cause: CA_CAUSE,
    fields: CA_FIELDS,
    zh: '实例 {instance} 上已存在同一张 CA 证书（序列号 {ca_sn}），未再次注册。',
    en: 'The same CA (serial {ca_sn}) was already registered on instance {instance}; it was not registered again.',
    fixZh: '无需操作；本次上传没有使用注册码。',
    fixEn: 'Nothing to do; this drop did not use its registration code.',
  },
  'pair-rejected': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'event',
    final: true,
    cause: DROP_CAUSE,
    fields: [...CA_FIELDS, 'reason'],
    zh: '实例 {instance} 的 CA {name} 未注册：提交的证书有问题（{reason}）。',
    en: 'CA {name} was not registered on instance {instance}: {detail}',
    fixZh:
      '按 rejected/ 目录中 reason.txt 的说明修正后重新上传两个文件；上传前先检查：`mqtt-certs check ca.pem verification.pem`。',
    fixEn:
      'Mend what reason.txt in the rejected/ folder names, then upload both files again; to check them first: `mqtt-certs check ca.pem verification.pem`.',
  },
  'serial-taken': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'event',
    final: true,
    cause: DROP_CAUSE,
    fields: CA_FIELDS,
    zh: '实例 {instance} 无法注册 CA {name}：序列号 {ca_sn} 已被另一张证书占用（{api_code}）。',
    en: 'CA {name} was not registered on instance {instance}: its serial {ca_sn} belongs to another certificate ({api_code}).',
    fixZh: '用新的序列号重新签发 CA 证书；若该 CA 已在其他实例注册，请先在那里删除。',
    fixEn:
      'Issue the CA again with a new serial; if the same CA is registered with another instance, delete it there first.',
  },
  'registration-unconfirmed': {
    severity: 'warning',
    told: false, // the timer finishes it; told only when it turns into something else
    lane: 'normal',
    lifetime: 'event',
    final: false,
    cause: CA_CAUSE,
    fields: CA_FIELDS,
    zh: '实例 {instance} 接受了 CA {name} 的注册，但尚未能回读确认。',
    en: 'Instance {instance} accepted CA {name}, but reading it back was not possible yet.',
    fixZh: '无需操作；定时任务会再次确认。',
    fixEn: 'Nothing to do; the timer confirms it.',
  },
  'registration-blocked': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'condition',
    final: false,
    cause: ['kind', 'api_code', 'instance'],
    fields: CA_FIELDS,
    zh: '文件没有问题，但实例 {instance} 目前拒绝注册（{api_code}）。文件保留在 inbox。',
    en: 'Your files are fine, but instance {instance} refuses to register now ({api_code}). They stay in the inbox.',
    fixZh: '按错误码处理后无需重新上传，系统会在 10 分钟、1 小时、6 小时及此后每天重试。',
    fixEn:
      'Resolve what the code names; no new upload is needed. It is tried again after 10 minutes, 1 hour, 6 hours, then daily.',
  },
  'registration-postponed': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'condition',
    final: false,
    cause: ['kind', 'api_code', 'instance'],
    fields: CA_FIELDS,
    zh: '实例 {instance} 的服务暂时没有给出可用的答复（{api_code}），CA {name} 稍后重试。',
    en: 'The service gave no usable answer for instance {instance} ({api_code}); CA {name} is tried again.',
    fixZh: '无需操作；文件保留在 inbox。',
    fixEn: 'Nothing to do; the files stay in the inbox.',
  },
  'drop-waiting': {
    severity: 'info',
    told: false,
    lane: 'quiet',
    lifetime: 'event',
    final: false,
    cause: DROP_CAUSE,
    fields: [...DROP_FIELDS, 'reason'],
    zh: '实例 {instance} 的 CA {name}：文件尚不完整，等待另一半（{reason}）。',
    en: 'CA {name} for instance {instance} is not complete yet: {detail}',
    fixZh: '把缺少的证书上传到同一目录。',
    fixEn: 'Upload the missing certificate to the same folder.',
  },
  'drop-paused': {
    severity: 'notice',
    told: false,
    lane: 'quiet',
    lifetime: 'condition',
    final: false,
    cause: ['kind', 'reason', 'instance'],
    fields: [...DROP_FIELDS, 'reason'],
    zh: '实例 {instance} 的 CA {name} 检查通过，但写操作已暂停（{reason}）。',
    en: 'CA {name} for instance {instance} passed its checks, but writing to the service is paused ({reason}).',
    fixZh: '恢复写操作后系统会自动继续；文件保留在 inbox。',
    fixEn: 'It goes on by itself once writing is resumed; the files stay in the inbox.',
  },
  'drop-too-many': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'event',
    final: false,
    cause: ['kind', 'instance'],
    fields: [...DROP_FIELDS, 'reason'],
    zh: '实例 {instance} 的目录 {name} 中文件过多，未处理，也未移动任何文件。',
    en: 'Folder {name} of instance {instance} holds too many files; nothing was read and nothing was moved. {detail}',
    fixZh: '只保留 CA 证书和验证证书两个文件。',
    fixEn: 'Leave only the CA certificate and the verification certificate in it.',
  },
  'drop-quarantined': {
    severity: 'critical',
    told: true,
    lane: 'normal',
    lifetime: 'event',
    final: true,
    cause: ['kind', 'reason', 'instance'],
    fields: [...DROP_FIELDS, 'reason', 'object_key'],
    zh: '有人把私钥，或未能完整读取、可能含有私钥的文件上传到了存储桶（{object_key}，{reason}），文件已隔离，未注册任何 CA。',
    en: 'A private key, or a file that was not read whole and might hold one, was put into the bucket ({object_key}, {reason}); it is quarantined and nothing was registered.',
    fixZh:
      '若其中有私钥，请将该 CA 视为已泄露：重新生成密钥并签发新的 CA，不要继续使用上传过的密钥；如果该 CA 已经注册，先停用它，换发设备证书后删除它。',
    fixEn:
      'If there was a key in it, treat the CA as compromised: make a new key and a new CA, and stop using the key that was uploaded. If this CA is registered already, deactivate it, and delete it once the devices have new certificates.',
  },
  'drop-misplaced': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'event',
    final: true,
    cause: ['kind', 'reason'],
    fields: ['correlation_id', 'reason', 'object_key', 'object_etag', 'actor', 'source_ip'],
    zh: '文件 {object_key} 放错了位置（{reason}），已移到 rejected/_misplaced/。',
    en: 'The file {object_key} lies in the wrong place; it was moved to rejected/_misplaced/. {detail}',
    fixZh: '正确的位置是 inbox/<实例>/<CA 名称>/<文件>。',
    fixEn: 'The right place is inbox/<instance>/<CA name>/<file>.',
  },
  'drop-vanished': {
    severity: 'notice',
    told: true,
    lane: 'quiet',
    lifetime: 'event',
    final: true,
    cause: ['kind', 'instance'],
    fields: ['instance', 'name', 'object_key', 'object_etag', 'actor', 'source_ip'],
    zh: '文件 {object_key} 在处理之前已不存在，也没有关于它的处理结果。',
    en: 'The file {object_key} was gone before it could be handled, and nothing was decided about it.',
    fixZh: '如果它不是您自己删除的，请重新上传。',
    fixEn: 'Unless you deleted it yourself, upload it again.',
  },
  'drop-failed': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'event',
    final: false,
    cause: ['kind', 'reason', 'instance'],
    fields: [...DROP_FIELDS, 'reason', 'object_key'],
    zh: '处理 {object_key} 时发生意外错误（{reason}），稍后重试。',
    en: 'Handling {object_key} failed unexpectedly ({reason}); it is tried again.',
    fixZh: '如果反复出现，请查看函数日志。',
    fixEn: 'If it keeps happening, look at the function log.',
  },
  'event-refused': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'event',
    final: true,
    cause: ['kind', 'reason'],
    fields: ['reason'],
    zh: '收到一个无法处理的事件（{reason}），已忽略。',
    en: 'An event could not be used ({reason}) and was passed over. {detail}',
    fixZh: '检查触发器配置：存储桶与前缀 inbox/。',
    fixEn: 'Check the trigger: its bucket and the prefix inbox/.',
  },
  'configuration-invalid': {
    severity: 'critical',
    told: true,
    lane: 'normal',
    lifetime: 'condition',
    final: false,
    cause: ['kind', 'function'],
    fields: [],
    zh: '函数 {function} 的配置有误，无法运行。',
    en: 'Function {function} can not run, its configuration is wrong: {detail}',
    fixZh: '修正环境变量后重新部署。',
    fixEn: 'Mend the environment variables and deploy again.',
  },
  'configuration-suspicious': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'condition',
    final: false,
    cause: ['kind', 'function'],
    fields: [],
    zh: '函数 {function} 有未知的配置变量，已改为只观察、不写入。',
    en: 'Function {function} has unknown configuration variables and only observes until they are mended: {detail}',
    fixZh: '更正或删除这些变量。',
    fixEn: 'Correct or remove these variables.',
  },
  'configuration-defaulted': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'condition',
    final: false,
    cause: ['kind', 'function'],
    fields: [],
    zh: '函数 {function} 的部分配置有误，这些配置暂用默认值，其余照常运行。',
    en: 'Function {function} goes on with the defaults of settings that are wrong: {detail}',
    fixZh: '修正这些环境变量后重新部署。',
    fixEn: 'Mend these environment variables and deploy again.',
  },
  'foreign-deployment': {
    severity: 'critical',
    told: true,
    lane: 'normal',
    lifetime: 'condition',
    final: false,
    cause: ['kind', 'function'],
    fields: [],
    zh: '函数 {function} 使用的存储桶属于另一个部署，已停止运行，未作任何处理。',
    en: 'Function {function} does not run: its bucket belongs to another deployment. {detail}',
    fixZh: '为每个部署使用各自的存储桶；若要移交存储桶，请先停用原部署，再删除 state/owner.json。',
    fixEn:
      'Give each deployment a bucket of its own; to hand one over, remove the other deployment, then state/owner.json.',
  },
  'event-lost': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'event',
    final: false,
    cause: ['kind', 'reason', 'name'], // `name` is a function of this deployment here
    fields: ['name', 'request_id', 'reason', 'object_key', 'object_etag', 'actor', 'source_ip', 'sweep_id'],
    zh: '平台放弃了一个交给函数 {name} 的事件（{reason}，请求 {request_id}）。',
    en: 'The platform gave up on an event for function {name}: {detail}',
    fixZh: '文件仍在 inbox，定时任务会找到它；巡检会在下一次触发时继续。请按请求 ID 查看函数日志中的原因。',
    fixEn:
      'Files stay in the inbox, where the timer finds them, and a sweep goes on at its next tick. The function log has the reason under the request id.',
  },
  'tick-expired': {
    severity: 'info',
    told: false, // the next tick does the work
    lane: 'quiet',
    lifetime: 'event',
    final: false,
    cause: ['kind', 'name'],
    fields: ['name', 'request_id', 'reason'],
    zh: '函数 {name} 的一次定时触发排队过久，已作废。',
    en: 'A tick for function {name} waited too long for its turn: {detail}',
    fixZh: '无需操作；下一次触发会完成工作。',
    fixEn: 'Nothing to do; the next tick does the work.',
  },
  ...SWEEP_OUTCOME_KINDS,
  ...WATCH_OUTCOME_KINDS,
  ...NOTIFY_OUTCOME_KINDS,
} as const satisfies Record<string, OutcomeKindFacts>;

/** The name of one kind of outcome. */
export type OutcomeKind = keyof typeof OUTCOME_KINDS;

/** The facts of one kind. */
export function factsOf(kind: OutcomeKind): OutcomeKindFacts {
  return OUTCOME_KINDS[kind];
}

/** Whether sweeps find it out, or the watch lists they read. */
export function isFoundBySweeps(kind: OutcomeKind): boolean {
  return Object.hasOwn(SWEEP_OUTCOME_KINDS, kind) || Object.hasOwn(WATCH_OUTCOME_KINDS, kind);
}

/** Fills a sentence of the table with the values it names; one that is not there reads as `?`. */
export function fillSentence(sentence: string, fields: Readonly<Record<string, string | undefined>>): string {
  return sentence.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => fields[name] ?? '?');
}

/** What to do, as a sentence for places where commands are not set apart: without the backticks around them. */
export function withoutCommandMarks(fix: string): string {
  return fix.replaceAll('`', '');
}
