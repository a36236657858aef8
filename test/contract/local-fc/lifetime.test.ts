import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { bundledWorker, callJson, definition, PROJECT, ROLE, startWorld } from './fc-world.ts';

const PID = 'exports.handler = async () => ({ pid: process.pid });';

/** Waits for a process to disappear; the test's own time limit ends the wait. */
async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a worker that is not called for a while is ended, and the next call starts another', async () => {
  const { fc } = await startWorld([definition('idle')], { 'idle.js': PID }, { idleWorkerMs: 20 });
  const first = (await callJson(fc, 'idle')) as { pid: number };
  await gone(first.pid);
  const second = (await callJson(fc, 'idle')) as { pid: number };
  expect(second.pid).not.toBe(first.pid);
});

test('closing ends every worker, frozen or running', async () => {
  const files = { 'idle.js': PID, 'busy.js': `exports.handler = async () => { console.log(process.pid); for (;;); };` };
  const { fc } = await startWorld([definition('idle'), definition('busy')], files);
  const idle = (await callJson(fc, 'idle')) as { pid: number };
  const busy = fc.invoke('busy', Buffer.alloc(0));
  await fc.close();
  expect(await busy).toMatchObject({ kind: 'failed', usable: false });
  expect(() => process.kill(idle.pid, 0)).toThrow('ESRCH');
});

test('frozen workers do not outlive a cloud that was killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fc-killed-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  writeFileSync(join(folder, 'frozen.js'), PID);
  const options = {
    dataFolder: join(folder, 'data'),
    functions: [definition('frozen')],
    accountId: '1',
    credentials: ROLE,
    ...(await bundledWorker()),
  };
  const program = `
    import { createLocalClock } from ${JSON.stringify(join(PROJECT, 'local/clock.ts'))};
    import { startFc } from ${JSON.stringify(join(PROJECT, 'local/fc/fc.ts'))};
    const fc = startFc({ ...${JSON.stringify(options)}, codeFolderOf: () => ${JSON.stringify(folder)}, clock: createLocalClock() });
    const answer = await fc.invoke('frozen', Buffer.alloc(0));
    console.log(answer.payload.toString());
    setInterval(() => undefined, 1000);`;
  const outfile = join(folder, 'cloud.mjs');
  const stdin = { contents: program, loader: 'ts' as const, resolveDir: PROJECT };
  const banner = { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` };
  await build({ stdin, outfile, banner, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  const cloud = spawn(process.execPath, [outfile], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(cloud.stdout, 'data')) as [Buffer];
  const { pid } = JSON.parse(line.toString()) as { pid: number };
  expect(process.kill(pid, 0)).toBe(true);
  cloud.kill('SIGKILL');
  await gone(pid);
});
