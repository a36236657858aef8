import type { CauseId } from '../alert-key.ts';
import { factsOf, type OutcomeKind } from '../outcome-table.ts';
import type { AlertGroup } from './alert-groups.ts';
import { NOTHING_UNNAMED, type UnnamedProblems } from './problem.ts';

/** Chooses which groups of a stream a message names; its size does not grow with their number. */
export interface GroupRanking {
  readonly add: (group: AlertGroup) => void;
  /** Those that are named, the first that people should read first, and what the others come to. */
  readonly finish: () => { readonly top: readonly AlertGroup[]; readonly rest: UnnamedProblems };
}

/**
 * Begins to rank. The first group of every kind comes before the second of any: whoever can bring about many causes of one
 * kind, or many events of one cause, must not keep people from reading of something else.
 *
 * @param options.places - How many groups are named; at least 1.
 * @param options.toldLately - Causes that people were told of in the last hour.
 */
export function groupRanking({
  places,
  toldLately,
}: {
  readonly places: number;
  readonly toldLately: ReadonlySet<CauseId>;
}): GroupRanking {
  const order = orderOf(toldLately);
  const firstOfKind = new Map<OutcomeKind, AlertGroup>();
  const heaviest: AlertGroup[] = [];
  let all = NOTHING_UNNAMED;

  return {
    add: (group) => {
      const { kind } = group.problem;
      const first = firstOfKind.get(kind);
      if (first === undefined || order(group, first) < 0) firstOfKind.set(kind, group);
      heaviest.push(group);
      if (heaviest.length > places) heaviest.sort(order).pop();
      all = plus(all, group, 1);
    },
    finish: () => {
      const firsts = [...firstOfKind.values()].sort(order);
      const others = heaviest.sort(order).filter((group) => !firsts.includes(group));
      const top = [...firsts, ...others].slice(0, places).sort(overLast);
      return { top, rest: top.reduce((rest, group) => plus(rest, group, -1), all) };
    },
  };
}

/** What was not told lately first, conditions before events, then what has the most events; what is over least of all. */
function orderOf(toldLately: ReadonlySet<CauseId>): (a: AlertGroup, b: AlertGroup) => number {
  const rankOf = ({ problem: { causeId, count, kind, phase } }: AlertGroup): readonly number[] => [
    phase === 'ended' ? 1 : 0,
    phase === 'new' && !toldLately.has(causeId) ? 0 : 1,
    factsOf(kind).lifetime === 'condition' ? 0 : 1,
    -count,
  ];
  return (a, b) => {
    const others = rankOf(b);
    const differences = rankOf(a).map((rank, index) => rank - (others[index] ?? 0));
    return differences.find((difference) => difference !== 0) ?? b.problem.lastAt - a.problem.lastAt;
  };
}

function overLast(a: AlertGroup, b: AlertGroup): number {
  return Number(a.problem.phase === 'ended') - Number(b.problem.phase === 'ended');
}

function plus(sums: UnnamedProblems, { problem: { count, phase } }: AlertGroup, sign: 1 | -1): UnnamedProblems {
  return {
    problems: sums.problems + sign,
    events: sums.events + sign * count,
    ended: sums.ended + (phase === 'ended' ? sign : 0),
  };
}
