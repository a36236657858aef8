import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../../../scripts/commands/program.ts';
import { createPainter } from '../../../scripts/terminal/colour.ts';
import { OUTCOME_KINDS, withoutCommandMarks } from '../../../shared/core/outcome-table.ts';

/** What a person would put in; the names are those of the tables. */
const VALUES: Readonly<Record<string, string>> = {
  instance: 'post-cn-fixes00001',
  device_sn: '0a1b2c',
  ca_sn: '5f0000000000000001',
  sweep_id: '20260601T000000Z',
  reason: 'ca-inactive',
  state: 'inactive',
  first: '0a1b2c',
  file: 'fleet.csv',
  文件: 'fleet.csv',
};

interface Named {
  readonly kind: string;
  readonly command: string;
}

/** Every command that a sentence or a fix names, in both languages, up to where its sentence goes on. */
const COMMANDS: readonly Named[] = Object.entries(OUTCOME_KINDS).flatMap(([kind, { en, fixEn, fixZh, zh }]) =>
  [zh, en, fixZh, fixEn].map(withoutCommandMarks).flatMap((text) =>
    [
      ...text.matchAll(
        /mqtt-certs ((?:<[^>]+>|[^。；，、（）;()\n<一-鿿])*?)(?=\.(?:\s|$)|[。；，、（）;()\n一-鿿]|$)/g,
      ),
    ].map((found) => ({
      kind,
      command: (found[1] ?? '').trim(),
    })),
  ),
);

/** The parts of a command line, with something in every place that is left open. */
function argsOf(command: string): readonly string[] {
  const filled = command.replace(/[{<](?<name>[^}>]+)[}>]/g, (_, name: string) => {
    const value = VALUES[name];
    if (value === undefined) throw new Error(`nothing to put in for ${name}`);
    return value;
  });
  return filled.split(' ');
}

/** What commander says against a command line; `undefined` when it would be carried out. */
async function refusalOf(args: readonly string[]): Promise<string | undefined> {
  let said = '';
  const runs: true[] = [];
  const keep = (text: string): void => {
    said += text;
  };
  const plain = createPainter(false);
  const io = {
    stdout: keep,
    stderr: keep,
    env: {},
    cwd: '/',
    projectFolder: '/',
    paint: { stdout: plain, stderr: plain },
    columns: 100,
    stopped: new AbortController().signal,
    now: () => 0,
  };
  const program = buildProgram(io, () => {
    runs.push(true);
    return Promise.resolve();
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return said;
    throw error;
  }
  return runs.length > 0 ? undefined : `nothing was done: ${said}`;
}

test('the tables name commands', () => {
  expect(COMMANDS.length).toBeGreaterThan(10);
});

test.each(COMMANDS)('$kind: mqtt-certs $command can be run as it stands', async ({ command }) => {
  expect(await refusalOf(argsOf(command))).toBeUndefined();
});

test.each([
  'release',
  'release --instance {instance} --ca {ca_sn}',
  'release --instance {instance} --ca {ca_sn} --sweep {sweep_id} --force',
  'release lets it through once',
  'hold add --device {device_sn}',
  'undo',
  'unhold',
])('mqtt-certs %s would be refused', async (command) => {
  expect(await refusalOf(argsOf(command))).toMatch(/error|✖/);
});
