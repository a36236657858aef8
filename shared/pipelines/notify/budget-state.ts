import * as v from 'valibot';
import { type Budget, NO_SENDS } from '../../core/notify/message-budget.ts';
import { safeJson } from '../../core/safe-json.ts';
import { durationMs } from '../../core/time.ts';
import { MessageIdShape, MomentShape, parseShape, RoleShape, SeverityShape } from './notify-shapes.ts';
import type { StateFormat } from './state-cell.ts';

const SendShape = v.object({ at: MomentShape, id: MessageIdShape, severity: SeverityShape, channel: RoleShape });

const ThrottleShape = v.object({
  since: MomentShape,
  retryAfter: v.pipe(v.number(), v.minValue(0), v.maxValue(86_400_000), v.transform(durationMs)),
});

const Shape = v.object({
  schema: v.literal(1),
  sends: v.pipe(v.array(SendShape), v.maxLength(5000)),
  throttled: v.object({ first: v.optional(ThrottleShape), second: v.optional(ThrottleShape) }),
  crowdedSince: v.optional(MomentShape),
  trouble: v.optional(
    v.object({
      since: MomentShape,
      reason: v.picklist(['refused', 'silent']),
      code: v.pipe(v.string(), v.maxLength(80)),
      toldOn: v.optional(v.pipe(v.string(), v.maxLength(10))),
    }),
  ),
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
    const { crowdedSince, sends, throttled, trouble } = read;
    const { first, second } = throttled;
    return {
      sends,
      throttled: { ...(first && { first }), ...(second && { second }) },
      crowdedSince,
      trouble: trouble && { ...trouble, toldOn: trouble.toldOn },
    };
  },
};
