import { expect, test } from 'vitest';
import { displayText } from '../../../shared/core/display-text.ts';
import { maskSecrets } from '../../../shared/core/mask-secrets.ts';
import { etagOf, objectKey } from '../../../shared/core/object-version.ts';
import { type Outcome, recordOf } from '../../../shared/core/outcome.ts';
import { epochMs } from '../../../shared/core/time.ts';

const KEY = 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg';
const TOKEN = '9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0';

test.each([
  [`inbox/${KEY}.pem`, 'inbox/［…］.pem'],
  [
    `rejected/post-cn-aaaa1111/${TOKEN}/0123456789abcdef/reason.txt`,
    'rejected/post-cn-aaaa1111/［…］/0123456789abcdef/reason.txt',
  ],
  [`access_token=${TOKEN}&x=1`, 'access_token=［…］&x=1'],
  ['-----BEGIN PRIVATE KEY----- MIGH', '［…］'],
])('%s is shown as %s, also when it is masked again', (text, shown) => {
  expect(maskSecrets(text)).toBe(shown);
  expect(maskSecrets(shown)).toBe(shown);
});

test.each([
  'registered/post-cn-aaaa1111/line-7/0123456789abcdef/receipt.json',
  'inbox/post-cn-aaaa1111/Fleet-CA-2026/ca.pem',
  'state/sweep/cas/post-cn-aaaa1111/20260101T000000Z.json',
  '00c0ffee00000000000000000000000000000001',
])('%s stays as it is', (text) => {
  expect(maskSecrets(text)).toBe(text);
});

test('a record names no file by a key that somebody took for its name, and no owner by a token', () => {
  const outcome: Outcome = {
    ...{ kind: 'alerts-muted', batchId: '0123456789abcdef', causeId: 'canary.0123456789abcdef', count: 1 },
    mute: { objectKey: objectKey(`control/mutes/${KEY}.csv`), etag: etagOf('E'), line: 3 },
    owner: displayText(TOKEN),
  };
  const run = { functionName: 'notify', functionRequestId: 'r-1', configDigest: 'c', version: '1' };
  const record = recordOf(outcome, epochMs(0), run);
  expect(record.object_key).toBe('control/mutes/［…］.csv');
  expect(JSON.parse(record.rule_inputs ?? '')).toMatchObject({ owner: '［…］' });
  expect(JSON.stringify(record)).not.toMatch(/MIGH|9f8e7d/);
});
