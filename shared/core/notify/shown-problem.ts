import type { Problem } from './problem.ts';
import { knownKind } from './problem-sentence.ts';
import { testedRecord } from './tested-record.ts';

/** The problem as people read it: a test shows the kind that is tested, as if it had happened; any other is itself. */
export function shownProblem(problem: Problem): Problem {
  if (problem.kind !== 'test-alert') return problem;
  const [newest] = problem.samples;
  const kind = newest?.rule_inputs === undefined ? undefined : knownKind(newest.reason ?? '');
  if (kind === undefined) return problem;
  return { ...problem, kind, samples: problem.samples.map((record) => testedRecord(record, kind)) };
}
