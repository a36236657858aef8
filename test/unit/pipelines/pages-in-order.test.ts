import { expect, test } from 'vitest';
import { pagesInOrder } from '../../../shared/pipelines/sweep/pages-in-order.ts';

test('pages come in their order, whichever answer is first', async () => {
  const answers = new Map<number, (page: string) => void>();
  const read = (page: number): Promise<string> => new Promise((resolve) => answers.set(page, resolve));
  const pages = pagesInOrder(4, () => 3, read);
  const first = pages.next();
  expect([...answers.keys()]).toEqual([4, 5, 6]);
  for (const page of [6, 5, 4]) answers.get(page)?.(`page ${page}`);
  expect((await first).value).toEqual({ number: 4, page: 'page 4' });
  const second = pages.next();
  answers.get(7)?.('page 7');
  expect((await second).value).toEqual({ number: 5, page: 'page 5' });
  expect([...answers.keys()]).toEqual([4, 5, 6, 7]); // the place of the first page was taken at once
  await pages.return();
});

test('whoever stops waits for the pages under way, and asks for no more', async () => {
  const ended: number[] = [];
  const read = async (page: number): Promise<number> => {
    await Promise.resolve();
    ended.push(page);
    return page;
  };
  for await (const { number } of pagesInOrder(1, () => 4, read)) if (number === 2) break;
  expect(ended).toEqual([1, 2, 3, 4, 5]);
});

test('a page that fails is thrown in its turn, and one nobody comes to is not', async () => {
  const read = (page: number): Promise<number> =>
    page >= 3 ? Promise.reject(new Error(`${page}`)) : Promise.resolve(page);
  const seen: number[] = [];
  const readAll = async (): Promise<void> => {
    for await (const { number } of pagesInOrder(1, () => 4, read)) seen.push(number);
  };
  await expect(readAll()).rejects.toThrow('3');
  expect(seen).toEqual([1, 2]);
});

test('one page is under way even when none is wanted ahead', async () => {
  const asked: number[] = [];
  const read = (page: number): Promise<number> => Promise.resolve(asked.push(page));
  for await (const { number } of pagesInOrder(1, () => 0, read)) if (number === 3) break;
  expect(asked).toEqual([1, 2, 3]);
});
