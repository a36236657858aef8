import * as v from 'valibot';
import { type Budget, NO_SENDS, type PerChannel } from '../../core/notify/message-budget.ts';
import { safeJson } from '../../core/safe-json.ts';
import { durationMs } from '../../core/time.ts';
import { MessageIdShape, MomentShape, parseShape, RoleShape, SeverityShape } from './notify-shapes.ts';
import type { StateFormat } from './state-cell.ts';

const SendShape = v.object({
  ...{ at: MomentShape, id: MessageIdShape, severity: SeverityShape, channel: RoleShape },
  isTest: v.optional(v.literal(true)),
});

const ThrottleShape = v.object({
  since: MomentShape,
  retryAfter: v.pipe(v.number(), v.minValue(0), v.maxValue(86_400_000), v.transform(durationMs)),
});

const TroubleShape = v.object({
  since: MomentShape,
  reason: v.picklist(['refused', 'silent', 'busy', 'unsuitable']),
  code: v.pipe(v.string(), v.maxLength(80)),
  messageId: MessageIdShape,
  toldOn: v.optional(v.pipe(v.string(), v.maxLength(10))),
});

const Shape = v.object({
  schema: v.literal(1),
  sends: v.pipe(v.array(SendShape), v.maxLength(5000)),
  throttled: v.object({ first: v.optional(ThrottleShape), second: v.optional(ThrottleShape) }),
  crowdedSince: v.optional(MomentShape),
  // States that an earlier version wrote say nothing of them: what is still wrong is found out anew.
  troubles: v.optional(v.object({ first: v.optional(TroubleShape), second: v.optional(TroubleShape) }), {}),
  tookAnother: v.optional(v.object({ first: v.optional(MomentShape), second: v.optional(MomentShape) }), {}),
});

/** The budget as it lies in the bucket. */
export const BUDGET_STATE: StateFormat<Budget> = {
  name: 'budget',
  empty: NO_SENDS,
  maxBytes: 2 * 1024 * 1024,
  format: (budget) => Buffer.from(safeJson({ schema: 1, ...budget })),
  parse: (bytes) => {
    const read = parseShape(Shape, bytes);
    if (read === undefined) return undefined;
    const { crowdedSince, sends, throttled, tookAnother, troubles } = read;
    return {
      sends: sends.map(({ isTest, ...send }) => (isTest === undefined ? send : { ...send, isTest })),
      throttled: known(throttled),
      crowdedSince,
      troubles: known({
        first: troubles.first && { ...troubles.first, toldOn: troubles.first.toldOn },
        second: troubles.second && { ...troubles.second, toldOn: troubles.second.toldOn },
      }),
      tookAnother: known(tookAnother),
    };
  },
};

function known<Value>({
  first,
  second,
}: {
  readonly first?: Value | undefined;
  readonly second?: Value | undefined;
}): PerChannel<Value> {
  return { ...(first === undefined ? {} : { first }), ...(second === undefined ? {} : { second }) };
}
