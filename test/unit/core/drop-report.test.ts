import { expect, test } from 'vitest';
import { displayText } from '../../../shared/core/display-text.ts';
import { type ReasonFacts, reasonJson, reasonText } from '../../../shared/core/drop-report.ts';
import { problem } from '../../../shared/core/pair-problem.ts';
import { checkedProblem, misplacedProblem, serviceProblem } from '../../../shared/core/reported-problem.ts';

const FACTS: ReasonFacts = {
  kind: 'pair-rejected',
  title: { zh: '未注册。', en: 'Not registered.' },
  at: '2026-06-01T12:00:00.000Z',
  instance: 'post-cn-aaaa1111',
  caName: displayText('line-7'),
  dropId: '0123456789abcdef',
  problems: [
    checkedProblem(problem('ca-expired', 'ca\u001b.pem', '2020-01-01')),
    checkedProblem(problem('extra-certificate', 'root.pem', 'CN=Root')),
  ],
  code: 'unused',
  files: [
    {
      key: 'inbox/post-cn-aaaa1111/line-7/ca\u001b.pem',
      etag: 'ABCD',
      archivedName: 'ca_.pem-00000000',
      sha256: 'ab'.repeat(32),
      shown: displayText('inbox/post-cn-aaaa1111/line-7/ca\u001b.pem', 200),
      holds: { zh: '1 张证书', en: '1 certificate' },
    },
  ],
  folder: 'rejected/post-cn-aaaa1111/line-7/0123456789abcdef/',
  nextFolder: 'inbox/post-cn-aaaa1111/line-7/',
};

test('the reason is told in Chinese first and then in English, with everything a person needs next', () => {
  const [zh = '', en = ''] = reasonText(FACTS).split(`\n${'-'.repeat(72)}\n\n`);
  expect(zh.split('\n')[0]).toBe('未注册。');
  expect(zh).toContain('本次上传没有使用注册码；只要它没有在别处用过，下一次上传仍可使用。');
  expect(en.split('\n').filter((line) => !line.startsWith('   '))).toEqual([
    'Not registered.',
    '',
    '1. ca␛.pem: The CA certificate has expired. [ca-expired]',
    expect.stringMatching(/^2\. \[warning\] root\.pem: .* \[extra-certificate\]$/),
    '',
    'Registration code: This drop did not use its registration code: unless it was used elsewhere, it is good for the next upload.',
    'Where the files are now: rejected/post-cn-aaaa1111/line-7/0123456789abcdef/',
    '  inbox/post-cn-aaaa1111/line-7/ca␛.pem (1 certificate) -> ca_.pem-00000000',
    'Next: mend what is named above and upload both certificates together to inbox/post-cn-aaaa1111/line-7/',
    'To check before uploading: mqtt-certs check <files…>',
    '',
  ]);
  expect(en).toContain('   found: 2020-01-01\n   to mend it: ');
  expect(en).toContain('   command: openssl ');
});

test('without a next step none is told', () => {
  expect(reasonText({ ...FACTS, nextFolder: undefined })).not.toContain('Next');
});

test.each([
  ['used', 'is spent; ask for a new one'],
  ['unknown', 'is not known; on RegisterCodeUsed ask for a new one'],
] as const)('a code that is %s is called so', (code, says) => {
  expect(reasonText({ ...FACTS, code })).toContain(says);
});

test('the JSON keeps the raw names, escaped, and says all the text says', () => {
  const json = reasonJson(FACTS);
  expect(json).toContain('ca\\u001b.pem');
  expect(json).not.toContain('\u001b');
  expect(json.endsWith('}\n')).toBe(true);
  expect(JSON.parse(json)).toMatchObject({
    schema: 1,
    kind: 'pair-rejected',
    problems: [
      { code: 'ca-expired', blocks: true },
      { code: 'extra-certificate', blocks: false },
    ],
    files: [{ key: 'inbox/post-cn-aaaa1111/line-7/ca\u001b.pem', archivedName: 'ca_.pem-00000000' }],
    registrationCode:
      'This drop did not use its registration code: unless it was used elsewhere, it is good for the next upload.',
  });
});

test('a code of the service is explained, and one nobody knows is shown as it came', () => {
  expect(serviceProblem('RegisterCodeUsed')).toMatchObject({ code: 'RegisterCodeUsed', blocks: true });
  expect(serviceProblem('RegisterCodeUsed').what.en).not.toContain('not known');
  expect(serviceProblem('SomethingNew').what).toEqual({
    zh: '服务拒绝了注册，错误码 SomethingNew 未收录。',
    en: 'The service refused with the code SomethingNew, which is not known here.',
  });
});

test.each(['no-folder', 'unknown-instance', 'folder-name', 'nested'] as const)(
  'a file in the wrong place (%s) is told the right one in both languages',
  (reason) => {
    const told = misplacedProblem(reason, 'inbox/*x*');
    expect(told).toMatchObject({ code: reason, blocks: true, file: 'inbox/＊x＊' });
    expect(told.what.zh).not.toBe('');
    expect(told.fix.en).not.toBe('');
  },
);
