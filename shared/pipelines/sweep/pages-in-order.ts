/**
 * Reads pages of a list a few ahead, and hands them over in their order: while one is looked at, the next ones are on
 * their way, so that the calls' budget is used without a pause from the first page to the last.
 *
 * @param ahead - How many pages may be under way, asked anew whenever a place is free; at least one always is.
 * @returns Pages without end: whoever reads them knows which was the last. Pages under way then are waited for and left.
 */
export async function* pagesInOrder<Page>(
  first: number,
  ahead: () => number,
  readPage: (page: number) => Promise<Page>,
): AsyncGenerator<{ readonly number: number; readonly page: Page }, void, undefined> {
  const underWay: Promise<Settled<Page>>[] = [];
  let next = first;
  try {
    for (let number = first; ; number += 1) {
      while (underWay.length < Math.max(1, ahead())) {
        underWay.push(settle(readPage(next)));
        next += 1;
      }
      const settled = await underWay.shift();
      if (settled === undefined) return;
      if ('error' in settled) throw settled.error;
      yield { number, page: settled.page };
    }
  } finally {
    await Promise.all(underWay); // their calls leave anyway; nothing may go on behind a lap that has ended
  }
}

type Settled<Page> = { readonly page: Page } | { readonly error: unknown };

/** A promise nobody waits for yet must not reject: that would end the process. */
function settle<Page>(page: Promise<Page>): Promise<Settled<Page>> {
  return page.then(
    (read) => ({ page: read }),
    (error: unknown) => ({ error }),
  );
}
