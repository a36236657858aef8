import { expect, test } from 'vitest';
import { parseDropId } from '../../../shared/core/drop-identity.ts';
import type { DropSource } from '../../../shared/core/drop-source.ts';
import { parseInstanceId } from '../../../shared/core/instance.ts';
import { etagOf, objectKey } from '../../../shared/core/object-version.ts';
import {
  type Decision,
  decisionBytes,
  readDecision,
  readStandingDecision,
} from '../../../shared/pipelines/register-ca/decision.ts';
import { objectsWorld } from '../../support/objects-world.ts';

const instance = parseInstanceId('post-cn-aaaa1111');
const dropId = parseDropId('0123456789abcdef');
if (instance === undefined || dropId === undefined) throw new Error('the fixtures must be readable');
const SOURCE: DropSource = { kind: 'folder', instance, caName: 'line-7' };
const KEY = objectKey('state/register/post-cn-aaaa1111/line-7/0123456789abcdef/decision.json');
const DECISION: Decision = {
  dropId,
  destination: 'rejected',
  objects: [
    {
      key: objectKey('inbox/post-cn-aaaa1111/line-7/ca\u001b.pem'),
      etag: etagOf('ABCD'),
      archivedName: 'a',
      sha256: 'ab',
    },
    { key: objectKey('inbox/post-cn-aaaa1111/line-7/big'), etag: etagOf('EF01-2'), archivedName: 'b' },
  ],
  documents: [{ name: 'reason.txt', contentType: 'text/plain; charset=utf-8', text: '原因\n' }],
  outcome: { schema: '1', event_id: 'e', kind: 'pair-rejected', severity: 'warning', at: '2026-01-01T00:00:00.000Z' },
};

async function stored(bytes: Buffer) {
  const world = await objectsWorld();
  await world.objects.put({ key: KEY, bytes, contentType: 'application/json' });
  return world.objects;
}

test('a decision is read back as it was written, by any later run', async () => {
  expect(await readDecision(await stored(decisionBytes(DECISION)), SOURCE, dropId)).toEqual(DECISION);
});

test('a decision that is not there is none, and one that must be there is an error', async () => {
  const { objects } = await objectsWorld();
  expect(await readDecision(objects, SOURCE, dropId)).toBeUndefined();
  await expect(readStandingDecision(objects, SOURCE, dropId)).rejects.toThrow(
    'the decision about drop 0123456789abcdef can not be read; restore or delete its decision.json',
  );
});

const spoiled = (changes: object): Buffer =>
  Buffer.from(JSON.stringify({ ...(JSON.parse(decisionBytes(DECISION).toString('utf8')) as object), ...changes }));

test.each([
  ['cut short', decisionBytes(DECISION).subarray(0, 100)],
  ['of a later version', spoiled({ schema: 2 })],
  ['for a place that does not exist', spoiled({ destination: 'somewhere' })],
  ['without an outcome', spoiled({ outcome: {} })],
  ['with an outcome of unknown fields', spoiled({ outcome: { ...DECISION.outcome, surprise: 'x' } })],
  ['without objects', spoiled({ objects: undefined })],
  ['with a drop id that is none', spoiled({ dropId: '../..' })],
])('a decision %s is not guessed at', async (_, bytes) => {
  expect(await readDecision(await stored(bytes), SOURCE, dropId)).toBeUndefined();
});
