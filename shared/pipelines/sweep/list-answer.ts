import * as v from 'valibot';
import { LIST_ANSWERS, type ListAnswer } from '../../core/sweep/ca-findings.ts';

/** What became of asking for a list, as it is kept. */
export const ListAnswerShape = v.object({ kind: v.picklist(LIST_ANSWERS), code: v.string() });

/** It was answered, unless it was refused before in the same sweep: one refusal stands for all of it. */
export function answeredAfter(before: ListAnswer): ListAnswer {
  return before.kind === 'refused' ? before : { kind: 'read', code: '' };
}
