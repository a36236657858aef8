#!/usr/bin/env node
// `npm run check`: format, lint, types, unused code and advisories. Two at a time, because the slow ones (eslint, tsc)
// keep one core busy each; every one is run to its end, so that one run shows everything there is to mend.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkAdvisories } from './advisories.mjs';

const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));
const AT_ONCE = 2;

const CHECKS = [
  { name: 'eslint', command: ['eslint', '--max-warnings=0', '.'] },
  { name: 'tsc', command: ['tsc', '-p', '.'] },
  { name: 'biome', command: ['biome', 'ci', '--error-on-warnings', '--colors=off', '.'] },
  { name: 'knip', command: ['knip', '--no-progress'] },
  { name: 'advisories', make: checkAdvisories },
];

if (!existsSync(join(PROJECT, 'node_modules', '.bin', 'tsc'))) {
  console.error('The dependencies are not installed. Run `npm ci` first.');
  process.exit(1);
}

const waiting = [...CHECKS];
const failed = [];
await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log(failed.length === 0 ? '\ncheck: all passed' : `\ncheck: failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);

async function work() {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const began = performance.now();
    const { ok, output } = await (check.make ?? run)(check);
    if (!ok) failed.push(check.name);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${ok ? '✓' : '✗'} ${check.name} (${seconds} s)`);
    // A check that passed has nothing to say, but for what could not be checked.
    const shown = ok && check.make === undefined ? '' : output.trim();
    if (shown !== '') console.log(`${shown.replaceAll(/^/gm, '    ')}`);
  }
}

/** Runs a tool of node_modules with this very Node, and gathers what it prints. */
function run({ command: [tool, ...args] }) {
  const file = join(PROJECT, 'node_modules', '.bin', tool);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [file, ...args], { cwd: PROJECT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    child.on('error', (error) => resolve({ ok: false, output: error.message }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}
