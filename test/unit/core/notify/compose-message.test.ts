import { expect, test } from 'vitest';
import { OUTCOME_SAMPLES } from '../../../../scripts/alert-samples/outcome-samples.ts';
import { composeDigest } from '../../../../shared/core/notify/compose-digest.ts';
import { composeNote, composeProblem } from '../../../../shared/core/notify/compose-message.ts';
import type { ComposeOptions } from '../../../../shared/core/notify/compose-options.ts';
import { headlineOf } from '../../../../shared/core/notify/headline-table.ts';
import type { Message, MessageLanguage, MessagePart } from '../../../../shared/core/notify/message.ts';
import type { Problem } from '../../../../shared/core/notify/problem.ts';
import { reducedMessage } from '../../../../shared/core/notify/reduced-message.ts';
import { causeIdOf, type Outcome, recordOf } from '../../../../shared/core/outcome.ts';
import { type OutcomeRecord, RECORD_FIELDS } from '../../../../shared/core/outcome-record.ts';
import { OUTCOME_KINDS, type OutcomeKind, type OutcomeKindFacts } from '../../../../shared/core/outcome-table.ts';
import { epochMs } from '../../../../shared/core/time.ts';

const AT = epochMs(Date.UTC(2026, 0, 2, 1, 30));
const NOW = epochMs(AT + 30_000);
const RUN = { functionName: 'sweep', functionRequestId: 'r-1', configDigest: 'c0ffee', version: '1.2.3' };
const LANGUAGES: readonly MessageLanguage[] = ['zh', 'en', 'both'];
const PHASES: readonly Problem['phase'][] = ['new', 'again', 'standing', 'ended'];

const NO_REST = { problems: 0, events: 0, ended: 0 };

const optionsIn = (language: MessageLanguage, more: Partial<ComposeOptions> = {}): ComposeOptions => ({
  language,
  timeZone: 'Asia/Shanghai',
  now: NOW,
  keyword: '',
  logProject: 'my-project',
  logStore: 'outcomes',
  ...more,
});

const TOLD = Object.entries(OUTCOME_KINDS).flatMap(([name, facts]: [string, OutcomeKindFacts]) => {
  const kind = name as OutcomeKind;
  const outcomes: readonly Outcome[] = OUTCOME_SAMPLES[kind];
  return facts.told ? [{ kind, facts, records: outcomes.map((outcome) => recordOf(outcome, AT, RUN)) }] : [];
});

function problemOf(kind: OutcomeKind, more: Partial<Problem> = {}): Problem {
  const sample = TOLD.find((one) => one.kind === kind)?.records[0];
  if (sample === undefined) throw new Error(`no sample of ${kind}`);
  return {
    causeId: causeIdOf(sample),
    kind,
    severity: OUTCOME_KINDS[kind].severity,
    count: 1,
    firstAt: AT,
    lastAt: AT,
    phase: 'new',
    since: AT,
    samples: [sample],
    ...more,
  };
}

function textsOf({ parts, title }: Pick<Message, 'parts' | 'title'>): readonly string[] {
  return [title, ...parts.flatMap(partTexts)];
}

function partTexts(part: MessagePart): readonly string[] {
  switch (part.kind) {
    case 'paragraph':
    case 'command':
      return [part.text];
    case 'facts':
      return part.facts.flatMap(({ label, value }) => [label, value]);
    case 'list':
      return part.items;
  }
}

function linesOf({ parts }: Message): readonly string[] {
  return parts.flatMap((part) => {
    if (part.kind === 'facts') return part.facts.map(({ label, value }) => `${label}: ${value}`);
    return part.kind === 'command' ? [`> ${part.text}`] : partTexts(part);
  });
}

/** Holes of any sort: unfilled names, question marks in brackets, our own language's leftovers. */
const HOLE = /\{|\}|（\?|\(\?|undefined|\[object|NaN|（）|\(\)|`/;

const expectRight = (message: Message): void => {
  for (const text of textsOf(message)) {
    expect(text).not.toMatch(HOLE);
    expect(text).toBe(text.trim());
    expect(text).not.toBe('');
    expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
  }
  expect(Array.from(message.title).length).toBeLessThanOrEqual(100);
  expect(message.title).toMatch(/^【/);
};

test.each(TOLD)('$kind: has a headline that names no field and no code', ({ kind }) => {
  const { en, zh } = headlineOf(kind);
  expect(zh).toMatch(/\p{Script=Han}/u);
  expect(en).toMatch(/^[A-Z]/);
  expect(`${zh}${en}`).not.toMatch(/[{}]/);
});

test.each(TOLD)('$kind: reads right in every language and phase, from every sample', ({ kind, records }) => {
  for (const language of LANGUAGES) {
    for (const phase of PHASES) {
      for (const record of records) {
        const problem = problemOf(kind, { phase, count: 3, samples: [record] });
        expectRight(composeProblem(problem, optionsIn(language)));
      }
    }
  }
});

test.each(TOLD)('$kind: says what is known of the kind when no record can be read', ({ kind, facts }) => {
  for (const language of LANGUAGES) {
    const message = composeProblem(problemOf(kind, { samples: [], count: 7 }), optionsIn(language));
    expectRight(message);
    const all = textsOf(message).join('\n');
    expect(all).toContain(language === 'en' ? headlineOf(kind).en : headlineOf(kind).zh);
    expect(all).toContain(`kind: ${kind}`);
    expect(message.severity).toBe(facts.severity);
  }
});

test.each(TOLD)(
  '$kind: what to do names the same commands in both languages, each on a line of its own',
  ({ facts }) => {
    const commandsOf = (fix: string): readonly string[] =>
      [...fix.matchAll(/`([^`]+)`/g)].map(([, found = '']) => found);
    expect(commandsOf(facts.fixZh)).toEqual(commandsOf(facts.fixEn));
    expect(facts.fixZh.split('`').length % 2).toBe(1);
  },
);

test.each(TOLD)('$kind: a part of the record may be missing, and nobody reads a hole', ({ kind, records }) => {
  const [record] = records;
  if (record === undefined) return;
  for (const field of RECORD_FIELDS) {
    const { [field]: _, ...rest } = record;
    if (field === 'kind') continue;
    expectRight(composeProblem(problemOf(kind, { samples: [rest as OutcomeRecord] }), optionsIn('both')));
  }
});

test('a device that was switched off elsewhere: what, which, when, the hold command, the undo command', () => {
  const message = composeProblem(problemOf('device-reactivated'), optionsIn('both'));
  expect(message.title).toBe(
    '【警告】设备证书曾被停用，现已回读为激活状态 · post-cn-example0001 · c0ffee00000000000000000000000001 / pump-0042',
  );
  expect(linesOf(message)).toEqual([
    '实例 post-cn-example0001：设备证书 c0ffee00000000000000000000000001（CA 5f3c9a7e01b2c4d6）曾被停用，已重新激活；回读确认为激活状态，这不代表设备已在线。',
    'Device certificate c0ffee00000000000000000000000001 (CA 5f3c9a7e01b2c4d6) on instance post-cn-example0001 was inactive; it was activated; it was read back active. That is no proof that the device is online.',
    '时间 Time: 2026-01-02 09:30:00 +08:00',
    '实例 Instance: post-cn-example0001',
    'CA 序列号 CA serial: 5f3c9a7e01b2c4d6',
    '设备序列号 Device serial: c0ffee00000000000000000000000001',
    '名称 Name: pump-0042',
    '请求 ID Request id: 5F0DE1B2-0000-4000-8000-EXAMPLE00001',
    '巡检编号 Sweep id: 20260101T060000Z',
    '如果是有意停用，请登记保留并重新停用：',
    'If it was switched off on purpose, hold it and switch it off again:',
    '> mqtt-certs hold add --instance post-cn-example0001 --ca 5f3c9a7e01b2c4d6 --device c0ffee00000000000000000000000001 --inactivate',
    '撤销这次巡检的全部激活：',
    'To undo everything that this sweep activated:',
    '> mqtt-certs undo 20260101T060000Z',
    '日志库 Log store: my-project/outcomes',
    '查询 Query: kind: device-reactivated and instance: post-cn-example0001 and ca_sn: 5f3c9a7e01b2c4d6',
    '> mqtt-certs log query --kind device-reactivated --instance post-cn-example0001 --ca 5f3c9a7e01b2c4d6 --since 2h',
  ]);
});

test.each<[OutcomeKind, readonly string[]]>([
  [
    'breaker-open',
    [
      '> mqtt-certs devices --instance post-cn-example0001 --state inactive',
      '> mqtt-certs release --instance post-cn-example0001 --ca 5f3c9a7e01b2c4d6 --sweep 20260101T060000Z',
    ],
  ],
  [
    'device-flapping',
    ['> mqtt-certs release --instance post-cn-example0001 --ca 5f3c9a7e01b2c4d6 --sweep 20260101T060000Z'],
  ],
  ['ca-inactive', ['> aliyun onsmqtt ActiveCaCertificate --MqttInstanceId post-cn-example0001 --Sn 5f3c9a7e01b2c4d6']],
  [
    'ca-appeared',
    ['> aliyun onsmqtt InactivateCaCertificate --MqttInstanceId post-cn-example0001 --Sn 5f3c9a7e01b2c4d6'],
  ],
  ['ca-registered', ['说明文件 Report: registered/post-cn-example0001/plant-7/0123456789abcdef/receipt.json']],
  [
    'pair-rejected',
    [
      '> mqtt-certs check ca.pem verification.pem',
      '说明文件 Report: rejected/post-cn-example0001/plant-7/0123456789abcdef/reason.txt',
      '上传编号 Drop id: 0123456789abcdef',
    ],
  ],
  [
    'drop-quarantined',
    [
      '若其中有私钥，请将该 CA 视为已泄露：重新生成密钥并签发新的 CA，不要继续使用上传过的密钥；如果该 CA 已经注册，先停用它，换发设备证书后删除它。',
      '说明文件 Report: quarantine/post-cn-example0001/plant-7/0123456789abcdef/reason.txt',
    ],
  ],
  ['registration-blocked', ['CaNumExceed：该实例的 CA 证书数量已达上限。', '错误码 Code: CaNumExceed']],
  ['pause-standing', ['> mqtt-certs resume']],
])('%s: the message has the lines %j', (kind, lines) => {
  expect(linesOf(composeProblem(problemOf(kind), optionsIn('both')))).toEqual(expect.arrayContaining([...lines]));
});

test('in Chinese alone the details that exist only in English are still told', () => {
  const lines = linesOf(composeProblem(problemOf('configuration-invalid'), optionsIn('zh')));
  expect(lines[0]).toBe('函数 sweep 的配置有误，无法运行。');
  expect(lines[1]).toBe('Function sweep can not run, its configuration is wrong: MQTT_CERTS_REGION is not set');
});

test('in one language there is nothing of the other', () => {
  expect(linesOf(composeProblem(problemOf('ca-inactive'), optionsIn('zh'))).join('\n')).not.toContain('switch it on');
  const english = composeProblem(problemOf('ca-inactive'), optionsIn('en'));
  expect(
    textsOf(english)
      .join('\n')
      .replaceAll(/[【】·]/g, ''),
  ).not.toMatch(/\p{Script=Han}/u);
  expect(english.title).toMatch(/^【WARNING】CA inactive/);
});

test('more of the same cause are counted, and up to two others are named', () => {
  const [record] = problemOf('device-reactivated').samples;
  if (record === undefined) throw new Error('no sample');
  const samples = [record, { ...record, device_sn: 'b1' }, { ...record, device_sn: 'b2' }];
  const message = composeProblem(problemOf('device-reactivated', { count: 12, samples }), optionsIn('both'));
  expect(message.title).toContain('×12');
  expect(linesOf(message)).toEqual(
    expect.arrayContaining([
      '同一原因另有 11 起，其中：',
      'And 11 more of the same cause, among them:',
      'post-cn-example0001 · b1 / pump-0042',
      'post-cn-example0001 · b2 / pump-0042',
    ]),
  );
  expect(message.about).toEqual({
    problems: [
      { causeId: problemOf('device-reactivated').causeId, kind: 'device-reactivated', phase: 'new', count: 12 },
    ],
    problemCount: 1,
    eventCount: 12,
  });
});

test('the end of a condition says what is over, since when, and what ended it', () => {
  const [ending] = TOLD.find(({ kind }) => kind === 'condition-ended')?.records ?? [];
  if (ending === undefined) throw new Error('no sample');
  const since = epochMs(AT - 3 * 86_400_000);
  const message = composeProblem(
    problemOf('ca-inactive', { phase: 'ended', since, samples: [ending] }),
    optionsIn('both'),
  );
  expect(message.title).toMatch(/^【恢复】CA 证书处于停用状态/);
  expect(linesOf(message).slice(0, 6)).toEqual([
    '已恢复：CA 证书处于停用状态。',
    'It is over: CA inactive.',
    '实例 post-cn-example0001，5f3c9a7e01b2c4d6：CA 证书已是激活状态（ca-inactive）。',
    'Instance post-cn-example0001, 5f3c9a7e01b2c4d6: the CA is active again (ca-inactive).',
    '结束于 Ended: 2026-01-02 09:30:00 +08:00',
    '开始于 Since: 2025-12-30 09:30:00 +08:00',
  ]);
  expect(linesOf(message).join('\n')).not.toContain('ActiveCaCertificate');
});

test('the end of a condition does not repeat how it read while it lasted', () => {
  const lines = linesOf(composeProblem(problemOf('ca-inactive', { phase: 'ended' }), optionsIn('both')));
  expect(lines.join('\n')).not.toContain('新设备无法接入');
});

test('what is told late says so, with the time it happened', () => {
  const now = epochMs(AT + 11 * 60_000);
  const message = composeProblem(problemOf('breaker-open'), optionsIn('both', { now }));
  expect(message.title).toMatch(/^【补发】【严重】/);
  expect(linesOf(message)[0]).toBe('这条消息补发：事情发生在 2026-01-02 09:30:00 +08:00。');
  const inTime = epochMs(AT + 10 * 60_000);
  expect(composeProblem(problemOf('breaker-open'), optionsIn('both', { now: inTime })).title).toMatch(/^【严重】/);
});

test('what lasts is never late for lasting, only for its newest event', () => {
  const now = epochMs(AT + 86_400_000);
  const standing = problemOf('breaker-open', { phase: 'standing', count: 0 });
  expect(composeProblem(standing, optionsIn('both', { now })).title).toMatch(/^【严重】/);
  const again = problemOf('breaker-open', { phase: 'again', count: 4, lastAt: epochMs(now - 60_000) });
  expect(composeProblem(again, optionsIn('both', { now })).title).toMatch(/^【严重】/);
});

test('a test is a test in its title, whatever is tested', () => {
  expect(composeProblem(problemOf('test-alert'), optionsIn('both')).title).toMatch(/^【测试】测试消息，没有发生问题/);
});

test('the keyword stands behind the marks', () => {
  const { title } = composeProblem(problemOf('ca-expired'), optionsIn('both', { keyword: '证书告警' }));
  expect(title).toMatch(/^【严重】证书告警 CA 证书已过期/);
});

test('a digest has a line for the first ten problems and counts the others', () => {
  const problems = Array.from({ length: 12 }, (_, index) => problemOf('device-reactivated', { count: 12 - index }));
  const message = composeDigest('warning', problems, { problems: 5, events: 100, ended: 0 }, optionsIn('both'));
  expectRight(message);
  expect(message.title).toBe('【警告】17 个问题，共 178 起事件');
  const list = message.parts.find((part) => part.kind === 'list');
  expect(list?.items).toHaveLength(10);
  expect(list?.items[0]).toBe(
    '设备证书曾被停用，现已回读为激活状态 Device certificate was inactive, read back active now · post-cn-example0001 · c0ffee00000000000000000000000001 / pump-0042 · ×12 · 2026-01-02 09:30:00 +08:00',
  );
  expect(linesOf(message)).toEqual(
    expect.arrayContaining([
      '另有 7 个问题，共 103 起事件，见日志库。',
      'And 7 more problems with 103 events; see the log store.',
      '> mqtt-certs log query --severity warning --since 2h',
    ]),
  );
  expect(message.about).toMatchObject({ problemCount: 17, eventCount: 178 });
});

test('a digest of problems whose records can not be read names their ids', () => {
  const message = composeDigest('critical', [problemOf('breaker-open', { samples: [] })], NO_REST, optionsIn('en'));
  expectRight(message);
  expect(message.parts.find((part) => part.kind === 'list')?.items[0]).toMatch(
    /^Too many inactive device certificates, none touched · breaker-open\.[0-9a-f]{16} · 2026/,
  );
});

test('a reduced message has only words, counts and ids of ours', () => {
  const [record] = problemOf('pair-rejected').samples;
  if (record === undefined) throw new Error('no sample');
  const hostile = {
    ...record,
    name: 'unsuitable words',
    detail: 'unsuitable words',
    fix: 'unsuitable words',
    actor: 'unsuitable words',
  };
  const message = reducedMessage([problemOf('pair-rejected', { samples: [hostile] })], NO_REST, optionsIn('both'));
  expectRight(message);
  expect(message.title).toBe('【警告】pair-rejected');
  expect(textsOf(message).join('\n')).not.toContain('unsuitable');
  expect(linesOf(message)).toEqual(
    expect.arrayContaining([
      '类型 Kind: pair-rejected',
      '实例 Instance: post-cn-example0001',
      `事件编号 Event id: ${record.event_id}`,
    ]),
  );
});

const ENDS = [
  problemOf('registration-blocked', { phase: 'ended', count: 2 }),
  problemOf('pause-standing', { phase: 'ended', count: 0 }),
];

test('a digest of nothing but ends says that they are over', () => {
  const message = composeDigest('warning', ENDS, NO_REST, optionsIn('both'));
  expectRight(message);
  expect(message.title).toBe('【恢复】2 个问题已恢复，共 2 起事件');
  expect(linesOf(message).slice(0, 2)).toEqual([
    '2 个问题已恢复，共 2 起事件。',
    '2 problems are over, with 2 events.',
  ]);
  const [, silent] = ENDS;
  if (silent === undefined) throw new Error('no end');
  const more = { problems: 4, events: 0, ended: 4 };
  expect(composeDigest('warning', [silent], more, optionsIn('zh')).title).toBe('【恢复】5 个问题已恢复');
  expect(composeDigest('warning', [silent], NO_REST, optionsIn('en')).title).toBe('【RECOVERED】1 problem is over');
});

test('a digest says how many of its problems are over, named or not, and names what goes on first', () => {
  const goesOn = problemOf('pair-rejected', { count: 1 });
  const message = composeDigest('warning', [...ENDS, goesOn], { problems: 3, events: 4, ended: 1 }, optionsIn('both'));
  expectRight(message);
  expect(message.title).toBe('【警告】6 个问题（其中 3 个已恢复），共 7 起事件');
  expect(linesOf(message)).toEqual(
    expect.arrayContaining([
      '6 problems (3 of them over) with 7 events.',
      '另有 3 个问题（其中 1 个已恢复），共 4 起事件，见日志库。',
      'And 3 more problems (1 of them over) with 4 events; see the log store.',
    ]),
  );
  const items = message.parts.find((part) => part.kind === 'list')?.items ?? [];
  expect(items.map((item) => item.startsWith('【恢复】'))).toEqual([false, true, true]);
});

test('news of the lower severities are items, not problems', () => {
  const registered = [problemOf('ca-registered'), problemOf('ca-registered'), problemOf('ca-registered')];
  const message = composeDigest('notice', registered, { problems: 1, events: 2, ended: 0 }, optionsIn('both'));
  expectRight(message);
  expect(message.title).toBe('【通知】4 个事项，共 5 起事件');
  expect(linesOf(message).slice(0, 2)).toEqual(['4 个事项，共 5 起事件。', '4 items with 5 events.']);
  expect(linesOf(message)).toEqual(
    expect.arrayContaining([
      '另有 1 个事项，共 2 起事件，见日志库。',
      'And 1 more item with 2 events; see the log store.',
    ]),
  );
  const reduced = reducedMessage(registered, NO_REST, optionsIn('both'));
  expect(linesOf(reduced)).toContain('事项数 Items: 3');
});

test('a reduced digest counts all problems, also those it does not name', () => {
  const problems = Array.from({ length: 10 }, () => problemOf('pair-rejected', { count: 2 }));
  const message = reducedMessage(problems, { problems: 5, events: 100, ended: 2 }, optionsIn('both'));
  expectRight(message);
  expect(message.title).toBe('【警告】pair-rejected … ×120');
  expect(linesOf(message)).toEqual(
    expect.arrayContaining(['问题数 Problems: 15', '其中已恢复 Of them over: 2', '事件数 Events: 120']),
  );
  expect(message.about).toMatchObject({ problemCount: 15, eventCount: 120 });
});

test('a reduced message of ends says so', () => {
  const message = reducedMessage(ENDS, NO_REST, optionsIn('both'));
  expectRight(message);
  expect(message.title).toBe('【恢复】registration-blocked … ×2');
  expect(linesOf(message)).toEqual(
    expect.arrayContaining(['结束于 Ended: 2026-01-02 09:30:00 +08:00', '其中已恢复 Of them over: 2']),
  );
});

test('a note says what it is given and tells no problem', () => {
  const message = composeNote(
    {
      severity: 'notice',
      title: { zh: '备用渠道', en: 'Second channel' },
      text: { zh: '首选渠道没有应答。', en: 'The first channel does not answer.' },
    },
    optionsIn('both'),
  );
  expect(textsOf(message)).toEqual(['【通知】备用渠道', '首选渠道没有应答。', 'The first channel does not answer.']);
  expect(message.about).toEqual({ problems: [], problemCount: 0, eventCount: 0 });
});

const CANARIES = {
  key: '-----BEGIN EC PRIVATE KEY----- MHcCAQEEIBkg4LVWM9nuwNSk3yByxZpYRTBnVJk5GkMTarfsC0FLoAoGCCqGSM49',
  secret: 'SEC0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0',
  token: '9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0',
  url: 'https://b.oss-cn-hangzhou.aliyuncs.com/x?OSSAccessKeyId=LTAI5tExampleKeyId00&Expires=1&Signature=vjbyPxybdZaNmGa%2ByT272YEAiv4%3D',
  webhook: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
} as const;
const TRACES = [
  'MHcCAQEEIBkg4LVWM9nu',
  '0f1e2d3c4b5a6978',
  '9f8e7d6c5b4a3928',
  'LTAI5tExampleKeyId00',
  'vjbyPxybdZaNmGa',
  'MDEyMzQ1Njc4OWFi',
];

test.each(TOLD)(
  '$kind: no planted key, secret, token or signed address comes through, whatever field it is in',
  ({ kind, records }) => {
    const [record] = records;
    if (record === undefined) return;
    for (const canary of Object.values(CANARIES)) {
      for (const field of RECORD_FIELDS) {
        if (field === 'kind' || field === 'event_id') continue;
        const planted: OutcomeRecord = {
          ...record,
          [field]: field === 'rule_inputs' ? JSON.stringify({ owner: canary, what: canary, reason: canary }) : canary,
        };
        const problem = problemOf(kind, { samples: [planted, planted], count: 2 });
        const messages = [
          composeProblem(problem, optionsIn('both')),
          composeDigest('warning', [problem], NO_REST, optionsIn('both')),
          reducedMessage([problem], NO_REST, optionsIn('both')),
        ];
        const all = JSON.stringify(messages);
        for (const trace of TRACES) expect(all, `${field}: ${trace}`).not.toContain(trace);
      }
    }
  },
);

test.each(TOLD)(
  '$kind: hostile values break no line, and no command takes more than a word of them',
  ({ kind, records }) => {
    const [record] = records;
    if (record === undefined) return;
    const evil = 'x\n> rm -rf / ; $(reboot) `id` \u202e\u200b https://evil.example www.evil.example';
    const hostile = Object.fromEntries(Object.keys(record).map((field) => [field, field === 'kind' ? kind : evil]));
    const message = composeProblem(
      problemOf(kind, { samples: [hostile as unknown as OutcomeRecord] }),
      optionsIn('both'),
    );
    for (const text of textsOf(message)) {
      expect(text).not.toMatch(/[\n\u202e\u200b]|:\/\/|www\./);
    }
    for (const part of message.parts) {
      if (part.kind === 'command') expect(part.text).toMatch(/^(?:mqtt-certs|aliyun) [A-Za-z0-9 ._:=-]+$/);
    }
  },
);
