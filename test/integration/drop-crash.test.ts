import { expect, test } from 'vitest';
import { OUTCOME_KINDS, type OutcomeKind } from '../../shared/core/outcome-table.ts';
import type { KeyType } from '../support/certificates.ts';
import { type DropWorld, dropWorld, INSTANCE, soundPair } from '../support/drop-world.ts';
import type { CallWatch } from '../support/service-world.ts';

/** One drop, from the uploads to the events. */
interface Scenario {
  readonly name: string;
  readonly upload: (world: DropWorld) => Promise<readonly Buffer[]>;
}

const FOLDER = `inbox/${INSTANCE}/line-7/`;
const upload = async (world: DropWorld, files: Readonly<Record<string, string | Buffer>>): Promise<Buffer[]> => {
  const events: Buffer[] = [];
  for (const [name, bytes] of Object.entries(files)) events.push(await world.put(FOLDER + name, bytes));
  return events;
};
const pairOf = (world: DropWorld, type: KeyType = 'p256') => soundPair(world.code(), { type });

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'a sound pair',
    upload: (world) => {
      const { ca, verification } = pairOf(world);
      return upload(world, { 'ca.pem': ca, 'verification.pem': verification });
    },
  },
  {
    name: 'a pair that is wrong',
    upload: (world) => {
      const { ca } = pairOf(world);
      return upload(world, {
        'ca.pem': ca,
        'verification.pem': soundPair('x', { type: 'rsa-2048-65537' }).verification,
      });
    },
  },
  {
    name: 'a pair the service refuses',
    upload: (world) => {
      const { ca, verification } = soundPair('00000000-0000-4000-8000-000000000000ffff');
      world.code();
      return upload(world, { 'ca.pem': ca, 'verification.pem': verification });
    },
  },
  {
    name: 'a private key and a file too large to read',
    upload: (world) =>
      upload(world, {
        'ca.key': '-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n',
        'big.bin': Buffer.alloc(70_000, 1),
      }),
  },
  {
    name: 'a misplaced file',
    upload: async (world) => [await world.put('inbox/ca.pem', pairOf(world).ca)],
  },
];

/** The end of a drop: what lies where, what was told, and what the service has. */
async function endOf(world: DropWorld) {
  const keys = await Promise.all(['inbox/', 'registered/', 'rejected/', 'quarantine/'].map(world.keys));
  const alerts = await world.keys('outbox/alerts/');
  const final = world
    .outcomes()
    .filter((outcome) => OUTCOME_KINDS[outcome['kind'] as OutcomeKind].final)
    .map((outcome) => outcome['kind']);
  const ids = new Set(
    world
      .outcomes()
      .filter((o) => OUTCOME_KINDS[o['kind'] as OutcomeKind].final)
      .map((o) => o['event_id']),
  );
  return {
    // Drop ids name the second of the upload, which differs between runs.
    keys: keys.flat().map((key) => key.replace(/\/[0-9a-f]{16}\//, '/<drop>/')),
    told: new Set(alerts.map((key) => key.split('/')[2])),
    kinds: [...new Set(final)].sort(),
    outcomes: ids.size,
    cas: world.mqtt.engine.cas().map((ca) => ca.name),
    usedCodes: world.mqtt.engine.codes().filter((code) => code.status === 'used').length,
  };
}

/** Dies at the n-th moment and stays dead: nothing after it happens, as when a machine is switched off. */
function dieAt(moment: number): { readonly watch: CallWatch; readonly died: () => string | undefined } {
  let count = 0;
  let died: string | undefined;
  return {
    died: () => died,
    watch: (when, call) => {
      count += 1;
      if (count >= moment) {
        died ??= `${when} ${call}`;
        throw new Error('switched off');
      }
    },
  };
}

/** After a crash: the platform brings the events again, and the timer comes once the dead run's lease is over. */
async function redeliver(world: DropWorld, events: readonly Buffer[]): Promise<void> {
  for (const event of events) await world.invoke(event);
  world.clock.advance(10 * 60_000);
  await world.tick();
}

test.each(SCENARIOS)('$name ends the same, wherever the run was killed', async ({ upload: start }) => {
  const clean = await dropWorld();
  await redeliver(clean, await start(clean));
  const expected = await endOf(clean);
  expect(expected.outcomes).toBe(1);

  const died: string[] = [];
  for (let moment = 1; ; moment += 1) {
    const world = await dropWorld();
    const events = await start(world);
    const death = dieAt(moment);
    for (const event of events.slice(-1)) {
      await world.invoke(event, { watch: death.watch }).catch(() => undefined);
    }
    const where = death.died();
    if (where === undefined) break;
    died.push(where);
    await redeliver(world, events);
    expect(await endOf(world), `killed ${where}`).toEqual(expected);
  }
  // Every call of a run was died at twice: before it, and after it was made.
  expect(died.length).toBeGreaterThan(30);
});
