import type { OutcomeKindFacts } from '../outcome-table.ts';

const FILE_FIELDS = ['instance', 'reason', 'rule_inputs', 'object_key', 'object_etag'] as const;
const FILE_CAUSE = ['kind', 'instance', 'reason'] as const;

/** Every kind of outcome about watch lists. Braces name fields or rule inputs. */
export const WATCH_OUTCOME_KINDS = {
  'watch-changed': {
    severity: 'notice',
    told: false, // lists that a script writes change all the time; becoming smaller is told
    lane: 'quiet',
    lifetime: 'event',
    final: true,
    cause: FILE_CAUSE,
    fields: FILE_FIELDS,
    zh: '监视清单 {object_key} 有变化（{reason}）：{lines} 行（原 {lines_before} 行），{devices} 个设备（原 {devices_before} 个），{whole_cas} 个整 CA（原 {whole_cas_before} 个），{bad} 行有问题。',
    en: 'Watch list {object_key} ({reason}): {lines} lines (before: {lines_before}), {devices} devices ({devices_before}), {whole_cas} whole CAs ({whole_cas_before}), {bad} bad lines.',
    fixZh: '确认改动出自授权人员。',
    fixEn: 'Make sure that someone you trust did this.',
  },
  'watch-line-bad': {
    severity: 'warning',
    told: true, // these devices are not watched, and somebody believes they are
    lane: 'normal',
    lifetime: 'event',
    final: true,
    cause: ['kind', 'instance'],
    fields: FILE_FIELDS,
    zh: '监视清单 {object_key} 的 {lines} 行中有 {bad} 行有问题（{codes}）：{first}。其余各行照常生效。',
    en: '{bad} of {lines} lines of watch list {object_key} have problems ({codes}): {first}. The other lines are in force.',
    fixZh: '修正后先检查再上传：`mqtt-certs watch check list.csv`。',
    fixEn: 'Mend it, and check the file before uploading it: `mqtt-certs watch check list.csv`.',
  },
  'watch-refused': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'condition',
    final: true,
    cause: FILE_CAUSE,
    fields: FILE_FIELDS,
    zh: '监视清单 {object_key} 无法使用：{what_zh}（{files} 个文件）{shown}。目前生效：{keeping_zh}（最后一个可用版本最多保留 24 小时）。{first}',
    en: 'Watch list {object_key} can not be used: {what} {shown} (files: {files}). In force now: {keeping}; a last good version stays for 24 hours. {first}',
    fixZh: '修正后先检查再上传：`mqtt-certs watch check list.csv`。',
    fixEn: 'Mend it, and check the file before uploading it: `mqtt-certs watch check list.csv`.',
  },
  'watch-shrunk': {
    severity: 'warning',
    told: true,
    lane: 'normal',
    lifetime: 'event',
    final: true,
    cause: FILE_CAUSE,
    fields: FILE_FIELDS,
    zh: '监视清单 {object_key} 变小了（{reason}）：{devices_before} 个设备变为 {devices} 个，{whole_cas_before} 个整 CA 变为 {whole_cas} 个；不在清单里的设备不再被监视，也不会被重新激活。',
    en: 'Watch list {object_key} became smaller ({reason}): {devices_before} devices are {devices} now, {whole_cas_before} whole CAs are {whole_cas}. What is not listed is neither watched nor activated.',
    fixZh: '如果不是有意为之（例如导出中断），请重新上传完整的清单。',
    fixEn: 'Unless it was meant (an export can break off), upload the whole list again.',
  },
} as const satisfies Record<string, OutcomeKindFacts>;
