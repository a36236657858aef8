import { expect, test } from 'vitest';
import { makeBenchPair } from '../../../scripts/bench/bench-pairs.ts';
import { readDropFile } from '../../../shared/core/drop-file.ts';
import { findPair } from '../../../shared/core/find-pair.ts';
import { checkPair } from '../../../shared/core/pair-checks.ts';
import { epochMs } from '../../../shared/core/time.ts';

const NOW = 1_795_000_000_000;
const CODE = '1f2e3d4c-0000-4b0b-9a51-0123456789abcd01';

function serialOf(number: number): unknown {
  const { ca, verification } = makeBenchPair(number, CODE, NOW);
  const found = findPair([
    readDropFile({ name: 'ca.pem', bytes: Buffer.from(ca) }),
    readDropFile({ name: 'verification.pem', bytes: Buffer.from(verification) }),
  ]);
  if (found.kind !== 'pair') throw new Error('no pair');
  expect(checkPair(found, { now: epochMs(NOW), handedOutCodeHashes: [] })).toEqual([]);
  return found.ca.facts.serial;
}

test('the pairs of a bench are sound, without any warning, and each is another CA', () => {
  expect(serialOf(1)).toEqual({ kind: 'serial', value: '1000000000000001' });
  expect(serialOf(1000)).toEqual({ kind: 'serial', value: '10000000000003e8' });
});
