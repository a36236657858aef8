import type { RuleInputs } from './sweep-outcome.ts';

/** What is known of the activation of a device that was read back active. */
export type Sent =
  /** The service answered that it was done. */
  | 'answered'
  /** It was sent, and no answer said whether it was done. */
  | 'not-answered'
  /** The run died after it set out: whether it was sent nobody knows, and somebody else may have done it. */
  | 'unknown';

const WORDS: Readonly<Record<Sent, { readonly zh: string; readonly en: string }>> = {
  answered: { zh: '已重新激活', en: 'it was activated' },
  'not-answered': {
    zh: '已发出激活请求，但没有得到应答',
    en: 'its activation was sent, no answer came',
  },
  unknown: {
    zh: '系统曾着手激活它，但不确定激活请求是否发出，也可能是他人激活的',
    en: 'its activation was set out for, whether it was sent is not known and somebody else may have done it',
  },
};

/** What a `device-reactivated` says about its own call; the sentences of the table name it. */
export function sentInputs(sent: Sent): RuleInputs {
  const { en, zh } = WORDS[sent];
  return { sent, sent_zh: zh, sent_en: en };
}
