import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outcomesPage } from '../../../scripts/docs/outcomes.ts';
import { RECORD_FIELDS } from '../../../shared/core/outcome-record.ts';
import { OUTCOME_KINDS } from '../../../shared/core/outcome-table.ts';

const PAGE = join(import.meta.dirname, '../../../docs/outcomes.md');

test('docs/outcomes.md says what the tables of the code say', () => {
  const isCurrent = readFileSync(PAGE, 'utf8') === outcomesPage();
  expect(isCurrent, 'docs/outcomes.md is not current: run "npm run docs" and commit what it writes').toBe(true);
});

test('the page is the same whenever it is made', () => {
  expect(outcomesPage()).toBe(outcomesPage());
});

test('operators find every field and every kind on it, once', () => {
  const lines = outcomesPage().split('\n');
  for (const field of RECORD_FIELDS)
    expect(lines.filter((line) => line.startsWith(`| \`${field}\` |`))).toHaveLength(1);
  for (const kind of Object.keys(OUTCOME_KINDS))
    expect(lines.filter((line) => line === `#### ${kind}`)).toHaveLength(1);
});

test('no sentence of the page is taken for markup', () => {
  const quoted = outcomesPage()
    .split('\n')
    .filter((line) => line.startsWith('> '));
  expect(quoted.filter((line) => /(?<!\\)[<*]/.test(line))).toEqual([]);
});
