import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');

/** A small project around the real launcher and bundler: one function, and a command line that says what it got. */
function newProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'launcher-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const path of ['functions/hello', 'shared', 'scripts', 'local'])
    mkdirSync(join(folder, path), { recursive: true });
  cpSync(join(PROJECT, 'local/fc'), join(folder, 'local/fc'), { recursive: true });
  for (const file of ['scripts/run.mjs', 'scripts/bundle.ts']) cpSync(join(PROJECT, file), join(folder, file));
  for (const file of ['s.yaml', 'package.json', 'tsconfig.json']) cpSync(join(PROJECT, file), join(folder, file));
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  writeFileSync(
    join(folder, 'functions/hello/index.ts'),
    'export const handler = async (): Promise<string> => "hello";',
  );
  writeCli(folder, 'first');
  return folder;
}

function writeCli(folder: string, word: string): void {
  const source = `export async function main(args: readonly string[]): Promise<number> {
    console.log(JSON.stringify({ word: '${word}', args, root: import.meta.dirname }));
    return args.length;
  }`;
  writeFileSync(join(folder, 'scripts/cli.ts'), source);
}

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(folder: string, ...args: readonly string[]): Promise<Run> {
  return new Promise((resolve) => {
    // From another folder: the launcher must find its project by itself.
    execFile(
      process.execPath,
      [join(folder, 'scripts/run.mjs'), ...args],
      { cwd: tmpdir() },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}

test('the first run bundles, and passes arguments in and the exit code out', async () => {
  const folder = newProject();
  const { code, stdout } = await launch(folder, 'a', '--b', 'c');
  expect(JSON.parse(stdout)).toEqual({ word: 'first', args: ['a', '--b', 'c'], root: join(folder, '.build') });
  expect(code).toBe(3);
  expect(readdirSync(join(folder, 'dist')).sort()).toEqual(['hello.js', 'package.json']);
  expect(readFileSync(join(folder, 'dist/package.json'), 'utf8')).toBe('{"type":"commonjs"}\n');
});

test('it bundles again when a source, s.yaml or package.json changed, and only then', async () => {
  const folder = newProject();
  await launch(folder);
  const bundledAt = (): number => statSync(join(folder, '.build/stamp.json')).mtimeMs;
  const first = bundledAt();
  await launch(folder);
  expect(bundledAt()).toBe(first);
  for (const file of ['s.yaml', 'package.json']) {
    const before = bundledAt();
    writeFileSync(join(folder, file), `${readFileSync(join(folder, file), 'utf8')}\n`);
    await launch(folder);
    expect(bundledAt()).toBeGreaterThan(before);
  }
  writeCli(folder, 'second');
  expect(JSON.parse((await launch(folder)).stdout)).toMatchObject({ word: 'second' });
});

test('a function that was removed leaves no bundle behind', async () => {
  const folder = newProject();
  await launch(folder, 'bundle');
  rmSync(join(folder, 'functions/hello'), { recursive: true });
  await launch(folder, 'bundle');
  expect(existsSync(join(folder, 'dist/hello.js'))).toBe(false);
});

test('starts at the same time do not get in each other’s way, nor does the lock of a process that is gone', async () => {
  const folder = newProject();
  mkdirSync(join(folder, '.build'));
  writeFileSync(join(folder, '.build/lock'), String(2 ** 22 + 1));
  const runs = await Promise.all([1, 2, 3, 4].map(() => launch(folder)));
  expect(runs.map((run) => run.stderr)).toEqual(['', '', '', '']);
  expect(runs.map((run) => (JSON.parse(run.stdout) as { word: string }).word)).toEqual(Array(4).fill('first'));
  expect(readdirSync(join(folder, '.build')).filter((file) => /lock|tmp/.test(file))).toEqual([]);
});

test('without dependencies, or with sources that do not compile, it says what to do and fails', async () => {
  const folder = newProject();
  writeFileSync(join(folder, 'scripts/cli.ts'), 'this is not TypeScript');
  const broken = await launch(folder);
  expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('The sources could not be bundled.')]);
  rmSync(join(folder, 'node_modules'));
  const bare = await launch(folder);
  expect([bare.code, bare.stderr]).toEqual([1, expect.stringContaining('npm ci')]);
});

const LONG_OUTPUT = `export async function main(): Promise<number> {
  for (let line = 0; line < 30_000; line += 1) process.stdout.write('x'.repeat(99) + '\\n');
  return 0;
}`;

/** What `wc -c` counts behind the launcher and another program. */
function countedBehind(folder: string, reader: string): Promise<string> {
  const piped = `"${process.execPath}" "${join(folder, 'scripts/run.mjs')}" | ${reader}`;
  return new Promise((resolve) => {
    execFile('sh', ['-c', piped], (_error, stdout) => resolve(stdout.trim()));
  });
}

test('what a command writes comes out whole, however slowly a pipe takes it', async () => {
  const folder = newProject();
  writeFileSync(join(folder, 'scripts/cli.ts'), LONG_OUTPUT);
  expect(await countedBehind(folder, '(sleep 0.2; wc -c)')).toBe('3000000');
});

test('a reader that leaves early does not keep a command from ending', async () => {
  const folder = newProject();
  writeFileSync(join(folder, 'scripts/cli.ts'), LONG_OUTPUT);
  expect(await countedBehind(folder, 'head -1 | wc -c')).toBe('100');
});
