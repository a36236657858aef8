import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CONFIG_VARIABLES } from '../../../shared/config-table.ts';
import { OPENAPI_CODES } from '../../../shared/core/openapi-code.ts';
import { OUTCOME_KINDS } from '../../../shared/core/outcome-table.ts';

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/operations.md'), 'utf8');

/** The cells of every table row of the document, by the text of the first cell. */
const ROWS = new Map(
  DOCUMENT.split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => [cells[1] ?? '', cells.slice(2)]),
);

test.each(Object.entries(CONFIG_VARIABLES))('operators find %s with its default', (name, { fallback }) => {
  const [defaultValue] = ROWS.get(`\`${name}\``) ?? [];
  const shown = fallback === undefined ? 'required' : fallback === '' ? 'blank' : `\`${fallback}\``;
  expect(defaultValue).toBe(shown);
});

test('the document names no variable that does not exist', () => {
  const named = [...new Set(DOCUMENT.match(/MQTT_CERTS_[A-Z_]+/g))];
  expect(named.filter((name) => !(name in CONFIG_VARIABLES))).toEqual([]);
});

test.each(Object.entries(OUTCOME_KINDS))('operators find what to do about %s', (kind, facts) => {
  const [severity, told, final, whatToDo] = ROWS.get(`\`${kind}\``) ?? [];
  expect({ severity, told, final }).toEqual({
    severity: facts.severity,
    told: facts.told ? 'yes' : 'no',
    final: facts.final ? 'yes' : 'no',
  });
  expect(whatToDo).toMatch(/\S/);
});

test('operators find every error code that is treated in a way of its own', () => {
  expect(Object.keys(OPENAPI_CODES).filter((code) => !DOCUMENT.includes(`\`${code}\``))).toEqual([]);
});
