import { composeDigest } from '../../core/notify/compose-digest.ts';
import { composeProblem } from '../../core/notify/compose-message.ts';
import type { Message } from '../../core/notify/message.ts';
import { reducedMessage } from '../../core/notify/reduced-message.ts';
import type { MessageRecord } from './message-record.ts';
import { composeOptions, type Teller } from './teller.ts';

/** The two forms of a message. */
export interface MessageTexts {
  readonly whole: Message;
  /** Without any words that somebody chose. */
  readonly reduced: Message;
}

/**
 * The texts of a message, made when it is sent: they say how late it is. One strange record, which brings out a defect of
 * ours, must not keep the others from being told: where the whole text can not be made, the reduced one stands for it.
 *
 * @returns `undefined` when not even that can be made.
 */
export function textsOf({ deps }: Teller, record: MessageRecord): MessageTexts | undefined {
  const { form, problems, rest, severity } = record;
  const options = composeOptions(deps);
  const [first] = problems;
  const reduced = made(deps, () => reducedMessage(problems, rest, options));
  const whole = made(deps, () =>
    form === 'single' && first !== undefined
      ? composeProblem(first, options)
      : composeDigest(severity, problems, rest, options),
  );
  const [one, other] = [whole ?? reduced, reduced ?? whole];
  return one === undefined || other === undefined ? undefined : { whole: one, reduced: other };
}

function made({ runLog }: Teller['deps'], make: () => Message): Message | undefined {
  try {
    return make();
  } catch (error) {
    runLog.write({ event: 'not-composed', code: error instanceof Error ? error.name : 'unknown' });
    return undefined;
  }
}
