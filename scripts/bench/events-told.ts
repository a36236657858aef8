/** How many events a message says in its title that it tells: `3 个问题，共 47 起事件`, `… ×5 …`, or one. */
export function eventsTold(title: string): number {
  const [, ofDigest, ofProblem] = /共 (\d+) 起事件|×(\d+)/u.exec(title) ?? [];
  return Number(ofDigest ?? ofProblem ?? 1);
}
