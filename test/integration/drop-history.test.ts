import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OUTCOME_KINDS, type OutcomeKind } from '../../shared/core/outcome-table.ts';
import { RegistrationPostponedError } from '../../shared/pipelines/register-ca/settle-drop.ts';
import { type DropWorld, dropWorld, INSTANCE, refusedWith, soundPair } from '../support/drop-world.ts';
import { type Fault, HTML_200, HTML_503 } from '../support/fault-proxy.ts';
import type { CallWatch } from '../support/service-world.ts';

const MINUTE = 60_000;
const FOLDERS = ['line-1', 'line-2'] as const;

/** What may be uploaded: halves of a sound pair, a half that does not fit, and what people drop by mistake. */
const CONTENTS = ['ca', 'verification', 'stranger', 'key', 'note', 'big'] as const;
type Content = (typeof CONTENTS)[number];

/** How a run goes: killed at that external call, or with a bucket that loses every third answer. */
interface Run {
  readonly diesAt: number | undefined;
  readonly isRough: boolean;
}

/** One thing that happens to the world. Numbers choose among what there is at that moment. */
type Step =
  | { readonly do: 'put'; readonly folder: number; readonly content: Content; readonly name: number }
  | { readonly do: 'put-pair'; readonly folder: number }
  | { readonly do: 'misplace'; readonly content: Content }
  | { readonly do: 'remove'; readonly which: number }
  /** Events come late, twice, out of order, or never. */
  | { readonly do: 'deliver'; readonly which: number; readonly times: number; readonly run: Run }
  | { readonly do: 'tick'; readonly run: Run }
  | { readonly do: 'wait'; readonly minutes: number }
  /** What becomes of the next calls to the certificate service, and of the next writes to the log store. */
  | { readonly do: 'spoil-service'; readonly faults: readonly Fault[] }
  | { readonly do: 'spoil-log'; readonly fault: 'server-busy' | 'reset-after'; readonly times: number };

const folder = fc.integer({ min: 0, max: FOLDERS.length - 1 });
const content = fc.constantFrom(...CONTENTS);
const which = fc.integer({ min: 0, max: 99 });
const run = fc.record({
  diesAt: fc.option(fc.integer({ min: 1, max: 70 }), { nil: undefined }),
  isRough: fc.constantFrom(false, false, false, true),
});
const fault = fc.constantFrom<Fault>(
  'pass',
  'reset-before',
  'reset-after',
  HTML_503,
  HTML_200,
  refusedWith('Busy', 503),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  weighted(3, 'put', { folder, content, name: fc.integer({ min: 0, max: 2 }) }),
  weighted(3, 'put-pair', { folder }),
  weighted(1, 'misplace', { content }),
  weighted(1, 'remove', { which }),
  weighted(5, 'deliver', { which, times: fc.constantFrom(1, 3), run }),
  weighted(2, 'tick', { run }),
  weighted(2, 'wait', { minutes: fc.constantFrom(1, 3, 10, 16) }),
  weighted(1, 'spoil-service', { faults: fc.array(fault, { minLength: 1, maxLength: 6 }) }),
  weighted(1, 'spoil-log', {
    fault: fc.constantFrom('server-busy', 'reset-after'),
    times: fc.integer({ min: 1, max: 6 }),
  }),
);

function weighted<Do extends string, Fields>(
  weight: number,
  name: Do,
  fields: { readonly [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> },
) {
  return { weight, arbitrary: fc.record({ do: fc.constant(name), ...fields }) as fc.Arbitrary<Fields & { do: Do }> };
}

/** One version of one object that was put, by its content, which no other version has. */
interface Version {
  readonly key: string;
  readonly content: string;
  /** Its owner replaced or removed it while it was still in the inbox. */
  isTakenBack: boolean;
}

/** A world, what its people did so far, and the events that are on their way. */
class History {
  readonly versions: Version[] = [];
  readonly events: Buffer[] = [];
  private readonly world: DropWorld;
  private readonly pairs: readonly Readonly<Record<'ca' | 'verification', string>>[];

  constructor(world: DropWorld) {
    this.world = world;
    this.world.mqtt.setSettings({ newCode: 'keeps-earlier' });
    this.pairs = FOLDERS.map((_, index) => soundPair(world.code(), { serial: `5f0${String(index + 1)}` }));
  }

  async apply(step: Step): Promise<void> {
    switch (step.do) {
      case 'put':
        return this.put(
          `${this.folderOf(step.folder)}file-${String(step.name)}`,
          this.textOf(step.folder, step.content),
        );
      case 'put-pair':
        await this.put(`${this.folderOf(step.folder)}ca.pem`, this.textOf(step.folder, 'ca'));
        return this.put(`${this.folderOf(step.folder)}verification.pem`, this.textOf(step.folder, 'verification'));
      case 'misplace':
        return this.put('inbox/lost.pem', this.textOf(0, step.content));
      case 'remove':
        return this.remove(step.which);
      case 'deliver':
        return this.deliver(step);
      case 'tick':
        return this.during(step.run, (watch) => this.world.tick({ watch }));
      case 'wait':
        this.world.clock.advance(step.minutes * MINUTE);
        return;
      case 'spoil-service':
        this.world.hop.plan(...step.faults);
        return;
      case 'spoil-log':
        this.world.sls.setFaults([{ fault: step.fault, times: step.times }]);
    }
  }

  /** Nothing more goes wrong, and the timer comes until everything that waits has waited long enough. */
  async end(): Promise<void> {
    this.world.hop.plan();
    this.world.sls.setFaults([]);
    for (let count = 0; count < 5; count += 1) {
      this.world.clock.advance(10 * MINUTE);
      await this.world.tick();
    }
  }

  private folderOf(index: number): string {
    return `inbox/${INSTANCE}/${FOLDERS[index] ?? ''}/`;
  }

  private textOf(index: number, content: Content): string {
    const pair = this.pairs[index];
    if (pair === undefined) throw new Error('there is no such folder');
    const mark = `upload ${String(this.versions.length)}\n`;
    switch (content) {
      case 'ca':
      case 'verification':
        return mark + pair[content];
      case 'stranger':
        return mark + soundPair('stranger', { type: 'rsa-2048-65537' }).verification;
      case 'key':
        return `${mark}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`;
      case 'note':
        return mark;
      case 'big':
        return mark.padEnd(66_000, '.');
    }
  }

  private async put(key: string, content: string): Promise<void> {
    await this.noteTakenBack(key);
    this.events.push(await this.world.put(key, content));
    this.versions.push({ key, content, isTakenBack: false });
    this.world.clock.advance(1000);
  }

  private async remove(which: number): Promise<void> {
    const keys = await this.world.keys('inbox/');
    const key = keys[which % Math.max(1, keys.length)];
    if (key === undefined) return;
    await this.noteTakenBack(key);
    await this.world.bucket.delete({ key, timeoutMs: 5000 });
  }

  private async noteTakenBack(key: string): Promise<void> {
    if (!(await this.world.keys(key)).includes(key)) return;
    const there = await this.world.text(key);
    for (const version of this.versions) if (version.content === there) version.isTakenBack = true;
  }

  private async deliver({ run: how, times, which: chosen }: Extract<Step, { do: 'deliver' }>): Promise<void> {
    const event = this.events[chosen % Math.max(1, this.events.length)];
    if (event === undefined) return;
    const runs = Array.from({ length: times }, () => this.during(how, (watch) => this.world.invoke(event, { watch })));
    await Promise.all(runs);
  }

  private async during({ diesAt, isRough }: Run, act: (watch: CallWatch) => Promise<void>): Promise<void> {
    let requests = 0;
    const losing = (): 'lose-answer' | 'ok' => {
      requests += 1;
      return requests % 3 === 0 ? 'lose-answer' : 'ok';
    };
    this.world.spoilBucket(isRough ? losing : undefined);
    await act(dyingAt(diesAt)).catch(expectExpected);
    this.world.spoilBucket(undefined);
  }
}

function dyingAt(moment: number | undefined): CallWatch {
  let count = 0;
  return () => {
    count += 1;
    if (moment !== undefined && count >= moment) throw new SwitchedOffError();
  };
}

class SwitchedOffError extends Error {}

/** Killed, or put off because the service gave no usable answer: the event would come again. */
function expectExpected(error: unknown): void {
  if (!(error instanceof SwitchedOffError || error instanceof RegistrationPostponedError)) throw error;
}

/** Every outcome there is: in the log store, or spooled for it. */
async function outcomesOf(world: DropWorld): Promise<readonly Readonly<Record<string, string>>[]> {
  const spooled = await Promise.all((await world.keys('outbox/outcomes/')).map(world.text));
  return [
    ...world.outcomes(),
    ...spooled.flatMap((text) => JSON.parse(text) as readonly Readonly<Record<string, string>>[]),
  ];
}

const DOCUMENT = /\/(?:receipt\.json|reason\.json|reason\.txt)$/;

async function expectSoundEnd(world: DropWorld, history: History): Promise<void> {
  const archives = (await Promise.all(['registered/', 'rejected/', 'quarantine/'].map(world.keys))).flat();
  const files = archives.filter((key) => !DOCUMENT.test(key) && !key.endsWith('.not-filed.txt'));
  const archived = await Promise.all(files.map(world.text));
  const outcomes = await outcomesOf(world);

  // Nothing is left but what may wait, and by now nothing may.
  expect(await world.keys('inbox/')).toEqual([]);
  // Nothing is lost and nothing is filed twice.
  for (const { content, isTakenBack, key } of history.versions) {
    const copies = archived.filter((text) => text === content).length;
    expect(copies, `${key} ${content.slice(0, 12)}`).toBeLessThanOrEqual(1);
    if (!isTakenBack) expect(copies, `${key} ${content.slice(0, 12)}`).toBe(1);
  }
  expect(archived).toHaveLength(new Set(archived).size);

  // The service was asked once for each CA it has, and never with a pair that the checks refuse.
  const asked = world.mqtt.calls().filter(({ action }) => action === 'RegisterCaCertificate');
  expect(asked.map(({ code }) => code)).toEqual(world.mqtt.engine.cas().map(() => 'OK'));
  expect(world.mqtt.engine.codes().filter(({ status }) => status === 'used')).toHaveLength(asked.length);

  // Each settled drop has one last word, which is in the log store.
  const final = outcomes.filter(({ kind }) => OUTCOME_KINDS[kind as OutcomeKind].final);
  const lastWords = new Map<string, Set<string>>();
  for (const { correlation_id: drop = '', event_id: id = '' } of final) {
    lastWords.set(drop, (lastWords.get(drop) ?? new Set()).add(id));
  }
  const settled = new Set(archives.map((key) => /\/([0-9a-f]{16})\//.exec(key)?.[1] ?? ''));
  for (const drop of settled) expect(lastWords.has(drop) || isMisplaced(archives, drop), drop).toBe(true);
  for (const [drop, ids] of lastWords) if (drop !== '') expect(ids.size, drop).toBe(1);

  // What is told has its alert.
  const alerts = await world.keys('outbox/alerts/');
  for (const { event_id: id = '', kind } of outcomes) {
    if (OUTCOME_KINDS[kind as OutcomeKind].told)
      expect(
        alerts.some((key) => key.includes(id)),
        kind,
      ).toBe(true);
  }
}

/** A misplaced file of the same content is told once, however often it is put there. */
function isMisplaced(archives: readonly string[], drop: string): boolean {
  return archives.some((key) => key.includes(`/_misplaced/${drop}/`));
}

test('whatever people upload, whatever is lost or dies: nothing is lost, told twice, or registered twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      const world = await dropWorld();
      const history = new History(world);
      for (const one of steps) await history.apply(one);
      await history.end();
      await expectSoundEnd(world, history);
    }),
    { seed: 20_260_601, numRuns: 60 },
  );
});
