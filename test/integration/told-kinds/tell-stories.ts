import { expect, test } from 'vitest';
import { MARKS } from '../../../shared/core/notify/message-words.ts';
import { type ToldWorld, toldWorld, type WrittenAlert } from '../../support/told-world.ts';
import type { Happening, Reading, Stories, Story } from './story.ts';

/** The longest that anything told may take: the quiet lane collects for five minutes. */
const MINUTES_MAX = 12;

/** Runs the stories of a subject from cause to robot, each in a deployment of its own. */
export function tellStories(stories: Partial<Stories>): void {
  for (const [kind, story] of Object.entries<Story>(stories)) {
    test(`${kind}: ${story.law}`, async () => {
      const world = await toldWorld();
      await prepare(world, story);
      const told = await expectTold(world, story, { story, kind });
      const ended = story.end === undefined ? [] : await expectTold(world, story.end, { story, kind: undefined });
      // What was told while the log store was down is in it now.
      expectRecords(world, told, { title: story.reads.title, kind });
      if (story.end !== undefined) expectRecords(world, ended, { title: story.end.reads.title, kind: undefined });
    });
  }
}

async function prepare(world: ToldWorld, { before, teller }: Story): Promise<void> {
  await before?.(world);
  for (let minute = 0; minute < MINUTES_MAX && (await waiting(world)) > 0; minute += 1) await world.minutes(1, teller);
}

interface About {
  readonly story: Story;
  /** The kind of the record; `undefined` for that of whatever ends the condition. */
  readonly kind: string | undefined;
}

/** Lets something happen and compares everything that is told of it; gives the alerts that were written. */
async function expectTold(
  world: ToldWorld,
  happening: Happening,
  { kind, story }: About,
): Promise<readonly WrittenAlert[]> {
  const { besides = [], bySecond = false, cause, reads } = happening;
  const [messagesBefore, alertsBefore] = [world.messages().length, world.alerts().length];
  await cause(world);
  const shown = () => world.messages().slice(messagesBefore).map(steady);
  const isShown = () => [reads.title, ...besides].every((title) => shown().some((message) => message.title === title));
  for (let minute = 0; minute < MINUTES_MAX; minute += 1) {
    if (isShown() && (await waiting(world)) === 0) break;
    await world.minutes(1, story.teller);
  }
  await world.minutes(1, story.teller); // nothing is told twice

  const messages = shown();
  expect(messages.map(({ title }) => title).sort()).toEqual([reads.title, ...besides].sort());
  const message = messages.find(({ title }) => title === reads.title);
  expect(message?.by).toBe(bySecond ? 'second' : 'first');
  expectReading(message?.text ?? '', reads);
  expect(await waiting(world)).toBe(0);
  if (kind === undefined) expect(world.teller.facts()?.openConditions).toBe(0);
  return world.alerts().slice(alertsBefore);
}

/** Of the keys, secrets and messages of services that the worlds plant. */
const SECRETS = /canary(?:Secret|Token|Message)|PRIVATE KEY-|access_token|SEC[0-9a-f]{16}/;

function expectReading(text: string, { en, facts, run, zh }: Reading): void {
  expect(text).not.toMatch(SECRETS);
  const lines = text.split('\n');
  const said = lines.filter((line) => !/^(?:[-#>] |$)/.test(line));
  for (const words of [zh, en]) expect(wordsIn(said.join('\n'), words)).toEqual(words);
  if (zh[0] !== undefined && en[0] !== undefined) expect(text.indexOf(zh[0])).toBeLessThan(text.indexOf(en[0]));
  const listed = lines.filter((line) => line.startsWith('- **')).map((line) => line.slice(2).replaceAll('**', ''));
  expect(listed).toEqual(expect.arrayContaining([...facts, '日志库 Log store: told-project/outcomes']));
  expect(lines.filter((line) => line.startsWith('> ')).map((line) => line.slice(2))).toEqual(run);
}

/** As many of the words as stand in the text one behind the other. */
function wordsIn(text: string, words: readonly string[]): readonly string[] {
  let from = 0;
  return words.filter((one) => {
    const at = text.indexOf(one, from);
    if (at < 0) return false;
    from = at + one.length;
    return true;
  });
}

/** The log store has what was told under the id of the alert, in the severity that the title shows. */
function expectRecords(
  world: ToldWorld,
  alerts: readonly WrittenAlert[],
  { kind, title }: { readonly kind: string | undefined; readonly title: string },
): void {
  const records = new Map(world.services.outcomes().map((record) => [record['event_id'], record]));
  const logged = alerts.map(({ eventId }) => records.get(eventId));
  expect(logged).not.toContain(undefined);
  const own = alerts.filter(({ eventId }) => kind === undefined || records.get(eventId)?.['kind'] === kind);
  expect(own.length).toBeGreaterThan(0);
  for (const { eventId, isEnd } of own) expect('resolves' in (records.get(eventId) ?? {})).toBe(isEnd);
  const marks = own.map(({ isEnd, severity }) => MARKS[isEnd ? 'ended' : severity].zh);
  if (kind !== undefined) expect([...new Set(marks), '【测试】']).toContain(/^【..】/.exec(title)?.[0]);
}

async function waiting(world: ToldWorld): Promise<number> {
  return (await world.services.keys('outbox/alerts/')).length;
}

/** A message without what differs from run to run. */
function steady<Shown extends { readonly title: string; readonly text: string }>(message: Shown): Shown {
  const replaced = (text: string): string =>
    text
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+08:00/g, '<time>')
      .replaceAll(/\b20\d{6}T\d{6}Z\b/g, 'SWEEP')
      .replaceAll(/(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{16})(?![0-9a-f])/g, '<id>');
  // Of several events at one moment any may be the newest.
  const title = replaced(message.title).replace(/(?<= ×\d+ · \S+ · )\S+$/, '<one>');
  return { ...message, title, text: replaced(message.text) };
}
