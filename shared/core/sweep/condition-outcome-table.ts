import type { OutcomeKindFacts } from '../outcome-table.ts';

const CA_FIELDS = ['instance', 'ca_sn', 'correlation_id', 'sweep_id', 'reason', 'rule_inputs'] as const;
const CA_CAUSE = ['kind', 'instance', 'ca_sn', 'reason'] as const;

/** What is told about several devices at once, and the end of what lasted. Braces name fields or rule inputs. */
export const CONDITION_OUTCOME_KINDS = {
  'devices-left-inactive': {
    severity: 'warning',
    told: true, // somebody switched them off, and nothing will switch them on
    lane: 'normal',
    lifetime: 'condition',
    final: true,
    cause: CA_CAUSE,
    fields: CA_FIELDS,
    zh: '实例 {instance}：CA {ca_sn} 下有 {count} 个监视中的设备证书被停用，系统没有处理：{why_zh}（{reason}）。例如：{examples}。',
    en: '{count} watched device certificates under CA {ca_sn} on instance {instance} are inactive and were left so ({reason}): {why}. Among them: {examples}.',
    fixZh:
      '{act_zh}有意停用的请登记保留：`mqtt-certs hold add --instance {instance} --ca {ca_sn} --device {first}`；完整清单：`mqtt-certs devices --instance {instance} --state inactive`。',
    fixEn:
      '{act} To keep one off on purpose: `mqtt-certs hold add --instance {instance} --ca {ca_sn} --device {first}`. All of them: `mqtt-certs devices --instance {instance} --state inactive`.',
  },
  'devices-many': {
    severity: 'warning',
    told: true, // instead of one alert for each of them
    lane: 'normal',
    lifetime: 'condition',
    final: true,
    cause: CA_CAUSE,
    fields: CA_FIELDS,
    zh: '实例 {instance}：CA {ca_sn} 下共有 {count} 个监视中的设备证书{what_zh}（{reason}）；每次巡检最多逐个通知 20 个，其余只在日志里。例如：{examples}。',
    en: '{count} watched device certificates under CA {ca_sn} on instance {instance} {what} ({reason}). A sweep tells 20 of them one by one, the others are in the log store only. Among them: {examples}.',
    fixZh: '完整清单：`mqtt-certs devices --instance {instance} --state {state}`。这么多设备通常只有一个原因，先找它。',
    fixEn:
      'All of them: `mqtt-certs devices --instance {instance} --state {state}`. So many usually have one cause: look for that first.',
  },
  'devices-expiring-many': {
    severity: 'notice',
    told: true,
    lane: 'quiet',
    lifetime: 'event',
    final: true,
    cause: CA_CAUSE,
    fields: CA_FIELDS,
    zh: '实例 {instance}：CA {ca_sn} 下又有 {news} 个监视中的设备证书进入到期提醒，目前即将到期的共 {count} 个；每次巡检最多逐个通知 20 个，其余只在日志里。例如：{examples}。',
    en: '{news} more watched device certificates under CA {ca_sn} on instance {instance} have come nearer to their end; {count} end soon. A sweep tells 20 of them one by one, the others are in the log store only. Among them: {examples}.',
    fixZh: '请为设备换发证书。完整清单：`mqtt-certs devices --instance {instance} --state {state}`。',
    fixEn:
      'Issue the devices new certificates. All of them: `mqtt-certs devices --instance {instance} --state {state}`.',
  },
  'condition-ended': {
    severity: 'notice',
    told: true, // whoever was told of the trouble is told of its end
    lane: 'normal',
    lifetime: 'event',
    final: true,
    cause: CA_CAUSE,
    fields: [...CA_FIELDS, 'object_key', 'resolves'],
    zh: '{where_zh}：{what_zh}（{reason}）。',
    en: '{where}: {what} ({reason}).',
    fixZh: '无需操作。',
    fixEn: 'Nothing to do.',
  },
} as const satisfies Record<string, OutcomeKindFacts>;
