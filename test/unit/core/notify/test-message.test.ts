import { expect, test } from 'vitest';
import { OUTCOME_SAMPLES } from '../../../../scripts/alert-samples/outcome-samples.ts';
import { displayText } from '../../../../shared/core/display-text.ts';
import { composeDigest } from '../../../../shared/core/notify/compose-digest.ts';
import { composeProblem } from '../../../../shared/core/notify/compose-message.ts';
import type { ComposeOptions } from '../../../../shared/core/notify/compose-options.ts';
import type { Problem } from '../../../../shared/core/notify/problem.ts';
import { causeIdOf, recordOf } from '../../../../shared/core/outcome.ts';
import { OUTCOME_KINDS, type OutcomeKind } from '../../../../shared/core/outcome-table.ts';
import { epochMs } from '../../../../shared/core/time.ts';

const AT = epochMs(1_767_225_600_000);
const RUN = { functionName: 'cli', functionRequestId: '', configDigest: '', version: '' };
const OPTIONS: ComposeOptions = {
  now: AT,
  keyword: '',
  language: 'zh',
  logProject: 'p',
  logStore: 's',
  timeZone: 'Asia/Shanghai',
};

function testOf(about: OutcomeKind): Problem {
  const sample = recordOf(OUTCOME_SAMPLES[about][0], AT, RUN);
  const record = recordOf({ kind: 'test-alert', testId: 't-1', about, actor: displayText('ann'), sample }, AT, RUN);
  return {
    causeId: causeIdOf(record),
    kind: 'test-alert',
    severity: OUTCOME_KINDS[about].severity,
    count: 1,
    firstAt: AT,
    lastAt: AT,
    phase: 'new',
    since: AT,
    samples: [record],
  };
}

const textOf = (message: ReturnType<typeof composeProblem>): string => JSON.stringify(message.parts);

const TOLD = Object.entries(OUTCOME_KINDS)
  .filter(([kind, { told }]) => told && kind !== 'test-alert')
  .map(([kind]) => kind as OutcomeKind);

test.each(TOLD)('a test of %s reads like one, marked as a test in its title and its first line', (kind) => {
  const message = composeProblem(testOf(kind), OPTIONS);
  expect(message.title.startsWith('【测试】【')).toBe(true);
  expect(message.parts[0]).toEqual({
    kind: 'paragraph',
    text: '这是一条测试消息（由 ann 发出），以下内容并未发生。',
  });
  const samples = [recordOf(OUTCOME_SAMPLES[kind][0], AT, RUN)];
  const real = composeProblem({ ...testOf(kind), kind, samples }, OPTIONS);
  expect(message.title.endsWith(real.title.slice(real.title.indexOf('】') + 1))).toBe(true);
  const [said] = real.parts;
  expect(textOf(message)).toContain(said?.kind === 'paragraph' ? said.text : 'a paragraph');
});

test('where to look finds the test, not what it shows', () => {
  expect(textOf(composeProblem(testOf('breaker-open'), OPTIONS))).toContain('kind: test-alert');
});

test('in a digest a test is one marked line of its own', () => {
  const digest = composeDigest('critical', [testOf('breaker-open')], { problems: 0, events: 0, ended: 0 }, OPTIONS);
  expect(textOf(digest)).toContain('【测试】');
});

test('no test is of the cause of anything real, and none ends anything', () => {
  for (const kind of TOLD) {
    const { causeId, samples } = testOf(kind);
    expect(causeId.startsWith('test-alert.')).toBe(true);
    expect(samples[0]?.resolves).toBeUndefined();
  }
});
