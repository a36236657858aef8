import type { Brand } from './brand.ts';

/** The version of the record below; readers of the log store and of the outbox check it. */
export const RECORD_SCHEMA = '1';

/** Identifies what happened, not the attempt to tell it: a replay carries the same id. 32 hex digits. */
export type EventId = Brand<string, 'EventId'>;

/** What one field of an outcome record is, for the log store's index and for people who read it. */
export interface RecordFieldFacts {
  /** How the log store indexes it: words, whole numbers that can be compared, or the members of a JSON object. */
  readonly type: 'text' | 'long' | 'json';
  /** It can hold names that people write in Chinese, which has no blanks to split words at. */
  readonly isWritten: boolean;
  readonly zh: string;
  readonly en: string;
}

/** Every field of an outcome record, in the order of the log store's columns. */
export const RECORD_FIELD_FACTS = {
  schema: { type: 'long', isWritten: false, zh: '记录格式的版本', en: 'version of the record format' },
  event_id: {
    type: 'text',
    isWritten: false,
    zh: '事件编号，由所发生的事得出：同一事件重复写入时编号相同，计数时请去重',
    en: 'derived from what happened: the same event written twice has the same id, so count distinct ones',
  },
  kind: { type: 'text', isWritten: false, zh: '结果类型，见下文', en: 'the kind of outcome, see below' },
  severity: {
    type: 'text',
    isWritten: false,
    zh: '严重程度：info、notice、warning、critical',
    en: '`info`, `notice`, `warning` or `critical`',
  },
  at: {
    type: 'text',
    isWritten: false,
    zh: '发生时间（ISO 8601，UTC，毫秒）',
    en: 'when it happened (ISO 8601, UTC, milliseconds)',
  },
  instance: { type: 'text', isWritten: false, zh: 'MQTT 实例 ID', en: 'id of the ApsaraMQ for MQTT instance' },
  ca_sn: {
    type: 'text',
    isWritten: false,
    zh: 'CA 证书序列号（小写十六进制，无前导零）',
    en: "the CA's serial: lower-case hex without leading zeros",
  },
  device_sn: {
    type: 'text',
    isWritten: false,
    zh: '设备证书序列号（小写十六进制，无前导零）',
    en: "the device certificate's serial: lower-case hex without leading zeros",
  },
  name: {
    type: 'text',
    isWritten: true,
    zh: '人们使用的名称：CA 目录名、设备名',
    en: 'what people call it: the folder of a CA, the name of a device',
  },
  correlation_id: {
    type: 'text',
    isWritten: false,
    zh: '关联编号：属于同一件事（如同一次上传、同一次巡检）的记录相同',
    en: 'shared by what belongs together, such as everything about one drop or one sweep',
  },
  request_id: {
    type: 'text',
    isWritten: false,
    zh: '做出决定的云服务调用的请求 ID',
    en: 'request id of the service call that decided',
  },
  api_code: { type: 'text', isWritten: false, zh: '云服务返回的错误码', en: "the service's error code" },
  reason: {
    type: 'text',
    isWritten: false,
    zh: '本系统的原因代码；有多个时用逗号分隔',
    en: 'our own stable code, or several separated by commas',
  },
  detail: { type: 'text', isWritten: true, zh: '一句英文说明', en: 'one English sentence for people' },
  fix: { type: 'text', isWritten: true, zh: '下一步怎么做（英文）', en: 'what to do next, English' },
  rule_inputs: {
    type: 'json',
    isWritten: true,
    zh: '做出判断的依据（JSON）',
    en: 'JSON: what a decision was made from',
  },
  object_key: { type: 'text', isWritten: true, zh: '存储桶中的对象', en: 'an object of the bucket' },
  object_etag: { type: 'text', isWritten: false, zh: '该对象的 ETag', en: 'the ETag of that object' },
  cert_sha256: {
    type: 'text',
    isWritten: false,
    zh: '证书 DER 的 SHA-256（小写十六进制）',
    en: "SHA-256 over the certificate's DER bytes, lower-case hex",
  },
  actor: {
    type: 'text',
    isWritten: true,
    zh: '上传者，以触发事件所述为准，不作任何判断依据',
    en: 'who uploaded, as the event claims; nothing is decided by it',
  },
  source_ip: {
    type: 'text',
    isWritten: false,
    zh: '上传来源地址，以触发事件所述为准',
    en: 'from which address, as the event claims',
  },
  sweep_id: { type: 'text', isWritten: false, zh: '巡检编号', en: 'id of the sweep' },
  resolves: {
    type: 'text',
    isWritten: false,
    zh: '这条记录所结束的问题（问题编号）',
    en: 'id of the problem that this outcome ends',
  },
  function: { type: 'text', isWritten: false, zh: '写下记录的函数', en: 'the function that wrote the record' },
  function_request_id: {
    type: 'text',
    isWritten: false,
    zh: '该函数调用的请求 ID，可用于查函数日志',
    en: 'request id of that invocation: finds it in the function log',
  },
  config_digest: {
    type: 'text',
    isWritten: false,
    zh: '当时所用配置的摘要（16 位十六进制）',
    en: '16 hex digits over the configuration in force',
  },
  version: { type: 'text', isWritten: false, zh: '本软件的版本', en: 'version of this software' },
} as const satisfies Readonly<Record<string, RecordFieldFacts>>;

/** The name of one field of an outcome record. */
export type RecordField = keyof typeof RECORD_FIELD_FACTS;

/** Every field, in the order of the log store's columns. */
export const RECORD_FIELDS = Object.keys(RECORD_FIELD_FACTS) as unknown as readonly [RecordField, ...RecordField[]];

type RequiredField = 'schema' | 'event_id' | 'kind' | 'severity' | 'at';

/**
 * One outcome as the log store keeps it: text only, empty fields left out, nothing in it that a person could not be
 * shown (foreign text went through `displayText`).
 */
export type OutcomeRecord = Readonly<
  Record<RequiredField, string> & Partial<Record<Exclude<RecordField, RequiredField>, string>>
>;
