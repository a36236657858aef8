import type { Bilingual } from '../openapi-code.ts';
import type { OutcomeKind } from '../outcome-table.ts';

/** What our own reason codes mean, where the sentence of their kind shows the bare code. By kind, because words repeat. */
const REASONS: Partial<Readonly<Record<OutcomeKind, Readonly<Record<string, Bilingual>>>>> = {
  'reactivation-failed': {
    'not-active-when-read-back': {
      zh: '服务应答成功，但回读时仍不是激活状态。',
      en: 'The service answered that it was done, and it was read back not active.',
    },
  },
  'event-lost': {
    failed: { zh: '函数执行失败，平台不再重试。', en: 'The function failed, and the platform tries no more.' },
    expired: { zh: '事件排队过久，从未执行。', en: 'It waited too long for its turn and was never run.' },
    unreadable: { zh: '平台送来的不是失败通知。', en: 'What the platform delivered is no failure notice.' },
  },
  'event-refused': {
    'not-json': { zh: '内容不是 JSON。', en: 'It is no JSON.' },
    'unknown-shape': { zh: '内容不是 OSS 事件或定时事件。', en: 'It is neither an OSS event nor a tick.' },
    'too-large': { zh: '内容过大，没有读取。', en: 'It is too large and was not read.' },
  },
  'acts-stopped': {
    'controls-unreadable': { zh: '控制文件无法读取。', en: 'A control file can not be read.' },
    'intent-unreadable': {
      zh: '系统自己的激活记录无法读取，不知道已经做过什么。',
      en: 'Our own record of activations can not be read: what was done already is not known.',
    },
    'hold-names-no-device': {
      zh: '有一条保留认不出是哪个设备，可能是任何一个。',
      en: 'A hold names no device that can be recognised: it may mean any.',
    },
  },
  'control-changed': {
    added: { zh: '新增的文件。', en: 'The file is new.' },
    changed: { zh: '文件内容被修改。', en: 'The file was changed.' },
    removed: { zh: '文件被删除。', en: 'The file was removed.' },
  },
  'hold-ending': {
    'ends-within-7-days': { zh: '7 天内到期。', en: 'It ends within 7 days.' },
    'ends-within-1-day': { zh: '1 天内到期。', en: 'It ends within a day.' },
    ended: { zh: '已经到期。', en: 'It has ended.' },
  },
  'watch-shrunk': {
    emptied: { zh: '清单被清空。', en: 'The list was emptied.' },
    'star-removed': { zh: '有监视整个 CA 的行被删除。', en: 'A line that watched a whole CA was removed.' },
    shrunk: { zh: '设备减少了一成以上。', en: 'More than a tenth of its devices are gone.' },
    vanished: { zh: '文件被删除。', en: 'The file is gone.' },
    'last-good-lapsed': {
      zh: '最后一个可用版本已满 24 小时，不再生效。',
      en: 'Its last good version was kept for 24 hours and is no longer in force.',
    },
  },
  'sweep-overdue': {
    'never-ran': { zh: '从未有巡检写下进度。', en: 'No sweep has ever written anything down.' },
    'no-progress': { zh: '曾有进度，之后停了下来。', en: 'There was progress before, and then none.' },
  },
  'log-store-refused': {
    refused: { zh: '日志服务明确拒绝，需要有人处理。', en: 'It refuses, and a person has to mend that.' },
    silent: { zh: '日志服务没有可用的应答。', en: 'It gives no answer that could be used.' },
  },
  'outbox-damaged': {
    'unreadable-name': { zh: '对象名不是告警的名称。', en: 'Its name is not the name of an alert.' },
    'unreadable-body': { zh: '内容不是结果记录。', en: 'Its content is no outcome record.' },
    'too-large': { zh: '内容过大，没有读取。', en: 'It is too large and was not read.' },
    'content-refused': {
      zh: '通知渠道两次拒绝了它的内容，精简后也不接受。',
      en: 'The channel refused its text, and the reduced text too.',
    },
  },
  'channel-refused': {
    refused: { zh: '渠道明确拒绝，需要有人处理。', en: 'It refuses, and a person has to mend that.' },
    silent: { zh: '渠道没有可以理解的应答。', en: 'It gives no answer that can be understood.' },
    busy: { zh: '渠道一直要求稍后再发。', en: 'It wants to be left alone again and again.' },
    unsuitable: {
      zh: '渠道不接受消息的内容，精简后也不接受。',
      en: 'It takes no message in any form, not even reduced.',
    },
  },
  'mute-invalid': {
    'unknown-kind': { zh: '没有这种类型或问题编号。', en: 'There is no such kind or problem id.' },
    'no-owner': { zh: '缺少负责人。', en: 'The owner is missing.' },
    'no-reason': { zh: '缺少原因。', en: 'The reason is missing.' },
    'no-until': { zh: '缺少截止时间，或无法识别。', en: 'The end is missing or can not be read.' },
    'until-too-far': { zh: '截止时间超过 90 天。', en: 'The end is more than 90 days away.' },
    'too-many-columns': { zh: '列数过多。', en: 'There are too many columns.' },
  },
};

/** What a reason of a kind means; `undefined` where its sentence says all there is. */
export function reasonWords(kind: string, reason: string): Bilingual | undefined {
  if (!Object.hasOwn(REASONS, kind)) return undefined;
  const ofKind = REASONS[kind as OutcomeKind] ?? {};
  return Object.hasOwn(ofKind, reason) ? ofKind[reason] : undefined;
}
