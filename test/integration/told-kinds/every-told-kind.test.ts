import { expect, test } from 'vitest';
import { factsOf, OUTCOME_KINDS, type OutcomeKind } from '../../../shared/core/outcome-table.ts';
import { EVERY_TOLD_KIND } from './every-told-kind.ts';
import type { Story } from './story.ts';

const KINDS = Object.keys(OUTCOME_KINDS) as readonly OutcomeKind[];

test('there is a story from cause to robot message for every told kind, and for no other', () => {
  expect(Object.keys(EVERY_TOLD_KIND).sort()).toEqual(KINDS.filter((kind) => factsOf(kind).told).sort());
});

test('the story of every condition goes on to its end', () => {
  const stories = Object.entries<Story>(EVERY_TOLD_KIND);
  const ending = stories.filter(([, { end }]) => end !== undefined).map(([kind]) => kind);
  const conditions = KINDS.filter((kind) => factsOf(kind).told && factsOf(kind).lifetime === 'condition');
  expect(ending.sort()).toEqual([...conditions].sort());
});
