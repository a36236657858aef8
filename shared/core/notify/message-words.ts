import type { Bilingual } from '../openapi-code.ts';
import type { Severity } from '../outcome-table.ts';
import type { MessageLanguage, MessagePart } from './message.ts';

/** The words in front of a title. */
export const MARKS = {
  critical: { zh: '【严重】', en: '【CRITICAL】' },
  warning: { zh: '【警告】', en: '【WARNING】' },
  notice: { zh: '【通知】', en: '【NOTICE】' },
  info: { zh: '【信息】', en: '【INFO】' },
  ended: { zh: '【恢复】', en: '【RECOVERED】' },
  late: { zh: '【补发】', en: '【LATE】' },
  test: { zh: '【测试】', en: '【TEST】' },
} as const satisfies Readonly<Record<Severity | 'ended' | 'late' | 'test', Bilingual>>;

/** One of these words. */
export type Mark = keyof typeof MARKS;

/** What stands before a value in a list of facts. */
export const LABELS = {
  time: { zh: '时间', en: 'Time' },
  since: { zh: '开始于', en: 'Since' },
  ended: { zh: '结束于', en: 'Ended' },
  instance: { zh: '实例', en: 'Instance' },
  ca: { zh: 'CA 序列号', en: 'CA serial' },
  device: { zh: '设备序列号', en: 'Device serial' },
  name: { zh: '名称', en: 'Name' },
  object: { zh: '文件', en: 'File' },
  code: { zh: '错误码', en: 'Code' },
  events: { zh: '事件数', en: 'Events' },
  problems: { zh: '问题数', en: 'Problems' },
  items: { zh: '事项数', en: 'Items' },
  over: { zh: '其中已恢复', en: 'Of them over' },
  request: { zh: '请求 ID', en: 'Request id' },
  drop: { zh: '上传编号', en: 'Drop id' },
  sweep: { zh: '巡检编号', en: 'Sweep id' },
  correlation: { zh: '关联编号', en: 'Correlation id' },
  kind: { zh: '类型', en: 'Kind' },
  cause: { zh: '问题编号', en: 'Problem id' },
  event: { zh: '事件编号', en: 'Event id' },
  log: { zh: '日志库', en: 'Log store' },
  query: { zh: '查询', en: 'Query' },
  document: { zh: '说明文件', en: 'Report' },
  uploader: { zh: '上传者（事件所述）', en: 'Uploaded by (as the event claims)' },
} as const satisfies Readonly<Record<string, Bilingual>>;

/** A text in the readers' language; Chinese alone where there is room for one. */
export function inOne(language: MessageLanguage, text: Bilingual): string {
  return language === 'en' ? text.en : text.zh;
}

/** A short text in the readers' language or languages, Chinese first. */
export function inBoth(language: MessageLanguage, text: Bilingual): string {
  return language === 'both' && text.zh !== text.en ? `${text.zh} ${text.en}` : inOne(language, text);
}

/** A text as paragraphs, one for each of the readers' languages; an empty one says nothing. */
export function paragraphs(language: MessageLanguage, text: Bilingual): readonly MessagePart[] {
  const texts = language === 'both' && text.zh !== text.en ? [text.zh, text.en] : [inOne(language, text)];
  return texts.filter((one) => one !== '').map((one) => ({ kind: 'paragraph', text: one }));
}
