import { expect, test } from 'vitest';
import { compareUtf8, KeyIndex } from '../../../../local/oss/key-index.ts';
import { listPage } from '../../../../local/oss/listing.ts';

/** A small deterministic generator, so that a failure can be seen again. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
}

const LETTERS = ['a', 'b', '/', '-', '\u007f', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '😀'];

function randomKey(next: () => number): string {
  const length = 1 + Math.floor(next() * 5);
  return Array.from({ length }, () => LETTERS[Math.floor(next() * LETTERS.length)]).join('');
}

test('keys compare as their UTF-8 bytes do', () => {
  const next = numbers(7);
  for (let round = 0; round < 5000; round += 1) {
    const [one, other] = [randomKey(next), randomKey(next)];
    expect(Math.sign(compareUtf8(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)));
  }
});

test('the index stays sorted through any mix of writes and deletes', () => {
  const next = numbers(11);
  const index = new KeyIndex<number>();
  const model = new Map<string, number>();
  for (let round = 0; round < 3000; round += 1) {
    const key = randomKey(next);
    if (next() < 0.6) {
      index.set(key, round);
      model.set(key, round);
    } else {
      index.delete(key);
      model.delete(key);
    }
  }
  const sorted = [...model.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(Array.from({ length: index.size }, (_, at) => index.keyAt(at))).toEqual(sorted);
  expect(sorted.map((key) => index.get(key))).toEqual(sorted.map((key) => model.get(key)));
});

test('pages of any size, put together, are the whole list, groups told once', () => {
  const next = numbers(13);
  const index = new KeyIndex<string>();
  for (let round = 0; round < 300; round += 1) {
    const key = randomKey(next);
    index.set(key, key);
  }
  for (const prefix of ['', 'a', 'a/', '/', 'é']) {
    for (const delimiter of ['', '/', '-', 'b/']) {
      const whole = listPage(index, { prefix, delimiter, after: undefined, maxKeys: 100_000 });
      for (const maxKeys of [1, 2, 7]) {
        const objects: string[] = [];
        const prefixes: string[] = [];
        let after: string | undefined;
        do {
          const page = listPage(index, { prefix, delimiter, after, maxKeys });
          expect(page.objects.length + page.prefixes.length).toBeLessThanOrEqual(maxKeys);
          objects.push(...page.objects);
          prefixes.push(...page.prefixes);
          after = page.next;
        } while (after !== undefined);
        expect([objects, prefixes]).toEqual([whole.objects, whole.prefixes]);
      }
    }
  }
});

test('a listing groups keys by the first delimiter after the prefix', () => {
  const index = new KeyIndex<string>();
  for (const key of ['p', 'p/', 'p/a/1', 'p/a/2', 'p/b', 'q']) index.set(key, key);
  expect(listPage(index, { prefix: 'p/', delimiter: '/', after: undefined, maxKeys: 10 })).toEqual({
    objects: ['p/', 'p/b'],
    prefixes: ['p/a/'],
    next: undefined,
  });
  expect(listPage(index, { prefix: 'p/', delimiter: '/', after: 'p/a/1', maxKeys: 10 }).prefixes).toEqual(['p/a/']);
  expect(listPage(index, { prefix: 'p/', delimiter: '/', after: 'p/a/', maxKeys: 10 }).prefixes).toEqual([]);
});
