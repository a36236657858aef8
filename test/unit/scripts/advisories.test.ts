import { expect, test } from 'vitest';
import { isFixed, knownFindings } from '../../../scripts/advisories.mjs';

test.each([
  ['1.4.0', ['1.4.0'], true],
  ['1.3.9', ['1.4.0'], false],
  ['1.10.0', ['1.4.0'], true],
  ['2.0.0', ['1.4.0'], true],
  ['1.4.0-rc.1', ['1.4.0'], false],
  ['7.5.6', ['7.5.6', '8.0.2'], true],
  ['8.0.1', ['7.5.6', '8.0.2'], false],
  ['6.11.6', ['7.5.6', '8.0.2'], false],
  ['9.0.0', ['7.5.6', '8.0.2'], true],
])('%s against fixes in %j: fixed is %s', (version, fixed, expected) => {
  expect(isFixed(version, fixed)).toBe(expected);
});

const TABLE = {
  minimums: [{ package: 'forge', fixed: ['1.4.0'], advisories: ['CVE-1', 'CVE-2'] }],
  accepted: [{ package: 'forge', version: '1.1.0', onlyDev: true, reason: 'only in tests' }],
};

test('a version below its fix is a finding wherever it hides, unless it was accepted for tests only', () => {
  const packages = {
    '': { version: '0.1.0' },
    'node_modules/forge': { version: '1.4.1' },
    'node_modules/a/node_modules/forge': { version: '1.3.0' },
    'node_modules/b/node_modules/forge': { version: '1.1.0', dev: true },
    'node_modules/c/node_modules/forge': { version: '1.1.0' },
  };
  expect(knownFindings({ packages }, TABLE)).toEqual([
    'forge 1.3.0: fixed in 1.4.0 (CVE-1, CVE-2)',
    'forge 1.1.0: fixed in 1.4.0 (CVE-1, CVE-2)',
  ]);
});
