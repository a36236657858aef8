import { expect, test } from 'vitest';
import { archivedName } from '../../shared/core/bucket-layout.ts';
import { BUCKET, dropWorld, INSTANCE, OTHER_INSTANCE, soundPair, strangeEvent } from '../support/drop-world.ts';

const FOLDER = `inbox/${INSTANCE}/line-7/`;
const NOTHING = Buffer.alloc(0);

/** Fills a name up to the longest key there can be. */
const longest = (prefix: string, filler: string): string =>
  prefix + filler.repeat(Math.floor((1023 - Buffer.byteLength(prefix)) / Buffer.byteLength(filler)));

test.each([
  ['a literal %2F', 'a%2Fb.pem'],
  ['a lone percent sign', '100%.pem'],
  ['two dots', '..pem'],
  ['nothing but two dots', '..'],
  ['nothing but a dot', '.'],
  ['only dots', '...'],
  ['a backslash', 'a\\..\\b.pem'],
  ['an escape sequence and a bell', '\u001b[31m\u0007.pem'],
  ['a line feed', 'ca\n.pem'],
  ['characters of four bytes', '😀𠮷.pem'],
  ['a right-to-left override', '\u202egnp.ac'],
  ['characters that mean something in a URL', 'a b+c&d=e?f#g;h.pem'],
  ['markup and a mention', '**@all** [x](y)<img src=x>.pem'],
  ['the name of our own receipt', 'receipt.json'],
  ['the longest key there can be', longest(FOLDER, 'x').slice(FOLDER.length)],
  ['the longest key of wide characters', longest(FOLDER, '😀').slice(FOLDER.length)],
])('a file whose name has %s is read, filed under a safe name and mapped in the receipt', async (_, name) => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const [, event = NOTHING] = await world.drop(FOLDER, { 'verification.pem': verification, [name]: ca });
  await world.invoke(event);
  expect(world.outcomes()).toMatchObject([{ kind: 'ca-registered' }]);
  expect(await world.keys('inbox/')).toEqual([]);
  const filed = await world.keys('registered/');
  for (const key of filed) expect(key).toMatch(/^registered\/[a-z0-9-]+\/line-7\/[0-9a-f]{16}\/[A-Za-z0-9._-]{1,73}$/);
  const folder = (filed[0] ?? '').replace(/[^/]*$/, '');
  expect(await world.text(folder + archivedName(name))).toBe(ca);
  const receipt = JSON.parse(await world.text(`${folder}receipt.json`)) as { files: readonly unknown[] };
  expect(receipt.files).toContainEqual(
    expect.objectContaining({ key: FOLDER + name, archivedName: archivedName(name) }),
  );
});

test.each([
  ['in no folder', 'inbox/ca.pem', 'no-folder'],
  ['in no CA folder', `inbox/${INSTANCE}/ca.pem`, 'no-folder'],
  ['for an instance that is not served', `inbox/${OTHER_INSTANCE}/line-7/ca.pem`, 'unknown-instance'],
  ['for no instance at all', 'inbox/no such instance/line-7/ca.pem', 'unknown-instance'],
  ['one folder too deep', `${FOLDER}old/ca.pem`, 'nested'],
  ['in a folder that is no CA name', `inbox/${INSTANCE}/*line*/ca.pem`, 'folder-name'],
  ['in a folder with a literal %2F', `inbox/${INSTANCE}/a%2Fb/ca.pem`, 'folder-name'],
  ['in a folder with a control character', `inbox/${INSTANCE}/a\u001bb/ca.pem`, 'folder-name'],
  ['in a folder called ..', `inbox/${INSTANCE}/../ca.pem`, 'folder-name'],
  ['in a folder that seems to lead out', 'inbox/../watch/ca.pem', 'unknown-instance'],
  ['behind an empty folder name', `inbox/${INSTANCE}//ca.pem`, 'folder-name'],
])('a file %s is moved away and told once, with the right place', async (_, key, reason) => {
  const world = await dropWorld();
  const { ca } = soundPair(world.code());
  const event = await world.put(key, ca);
  await world.invoke(event);
  await world.invoke(event);
  const [told, ...more] = world.outcomes();
  expect(more).toEqual([]);
  expect(told).toMatchObject({ kind: 'drop-misplaced', reason });
  const [archived = '', json = '', text = ''] = await world.keys('rejected/_misplaced/');
  expect(await world.text(archived)).toBe(ca);
  expect(JSON.parse(await world.text(json))).toMatchObject({ files: [{ key }] });
  expect(await world.text(text)).toContain('inbox/');
  expect(await world.keys('inbox/')).toEqual([]);
  expect(world.mqtt.calls()).toEqual([]);
});

test('the same misplaced content is told once however often it is put there, other content again', async () => {
  const world = await dropWorld();
  for (const content of ['one', 'one', 'two', 'one']) {
    await world.invoke(await world.put('inbox/notes.txt', content));
    world.clock.advance(60_000);
  }
  expect(world.outcomes().map(({ kind }) => kind)).toEqual(['drop-misplaced', 'drop-misplaced']);
  expect(await world.keys('outbox/alerts/')).toHaveLength(2);
  expect((await world.keys('rejected/')).filter((key) => key.includes('/inbox_notes.txt-'))).toHaveLength(4);
  expect(await world.keys('inbox/')).toEqual([]);
});

test('a private key in the wrong place is a private key first', async () => {
  const world = await dropWorld();
  const event = await world.put('inbox/ca.key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
  await world.invoke(event);
  expect(world.outcomes()).toMatchObject([{ kind: 'drop-quarantined', object_key: 'inbox/ca.key' }]);
  expect(await world.keys('quarantine/_misplaced/')).toHaveLength(3);
});

test.each(['inbox/', `inbox/${INSTANCE}/`, FOLDER, `${FOLDER}.DS_Store`, `${FOLDER}._ca.pem`, `${FOLDER}Thumbs.db`])(
  '%s is what computers leave behind: nothing is done and nothing is said',
  async (key) => {
    const world = await dropWorld();
    await world.invoke(await world.put(key, ''));
    world.clock.advance(3_600_000);
    await world.tick();
    expect(world.outcomes()).toEqual([]);
    expect(await world.keys('')).toEqual([key]);
  },
);

const NAMES = ['ca certificate.pem', 'a%2Fb.pem', 'Werk Süd 1+1.pem', '证书.pem'];

test.each(
  NAMES.flatMap((name) => (['raw', 'encoded', 'encoded slashes'] as const).map((form) => [name, form] as const)),
)('the event about %s is understood %s, and tells of no vanished file', async (name, form) => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  await world.put(`${FOLDER}verification.pem`, verification);
  const event = JSON.parse((await world.put(FOLDER + name, ca)).toString('utf8')) as {
    events: [{ oss: { object: { key: string; eTag: string } } }];
  };
  const { object } = event.events[0].oss;
  if (form === 'encoded') object.key = object.key.split('/').map(encodeURIComponent).join('/');
  if (form === 'encoded slashes') object.key = encodeURIComponent(object.key);
  await world.invoke(Buffer.from(JSON.stringify(event)));
  await world.invoke(Buffer.from(JSON.stringify(event)));
  object.eTag = '';
  await world.invoke(Buffer.from(JSON.stringify(event)));
  expect(world.outcomes().map(({ kind }) => kind)).toEqual(['ca-registered']);
});

test('an event about another bucket or another prefix is refused and told, and nothing is looked at', async () => {
  const world = await dropWorld();
  await world.invoke(strangeEvent(`${FOLDER}ca.pem`, { bucket: 'someone-elses' }));
  await world.invoke(strangeEvent('watch/list.csv'));
  await world.invoke(strangeEvent('watch%2Flist.csv'));
  expect(world.outcomes().map(({ kind, reason }) => [kind, reason])).toEqual([
    ['event-refused', 'other-bucket'],
    ['event-refused', 'other-prefix'],
    ['event-refused', 'other-prefix'],
  ]);
  expect((await world.keys('')).filter((key) => !key.startsWith('outbox/'))).toEqual([]);
  expect(BUCKET).not.toBe('someone-elses');
});

test('two names made to share one archived name do not overwrite each other', async () => {
  const [first, second] = collidingNames();
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const [, , event = NOTHING] = await world.drop(FOLDER, { 'a.pem': verification, [first]: ca, [second]: 'a note' });
  await world.invoke(event);
  expect(world.outcomes()).toMatchObject([{ kind: 'ca-registered' }]);
  const texts = await Promise.all((await world.keys('registered/')).map(world.text));
  expect(texts).toContain(ca);
  expect(texts).toContain('a note');
});

/** Two names of the same safe characters whose hashes begin alike: found by trying some 80,000. */
function collidingNames(): readonly [string, string] {
  const seen = new Map<string, string>();
  for (let count = 0; ; count += 1) {
    const name = String.fromCodePoint(0x4e00 + (count % 20_000), 0x4e00 + Math.floor(count / 20_000));
    const earlier = seen.get(archivedName(name));
    if (earlier !== undefined) return [earlier, name];
    seen.set(archivedName(name), name);
  }
}

test('a decision about twenty files of the longest and worst names can be finished by another run', async () => {
  const world = await dropWorld();
  const damaged = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [
      longest(`${FOLDER}${String(index)}`, '\u001b').slice(FOLDER.length),
      damaged + damaged.replace('MIIB', '!!!!'),
    ]),
  );
  const [event = NOTHING] = await world.drop(FOLDER, files);
  world.clock.advance(16 * 60_000);
  const watch = (moment: string, call: string): void => {
    if (moment === 'before' && call.startsWith('put rejected/')) throw new Error('switched off');
  };
  await world.invoke(event, { watch }).catch(() => undefined);
  world.clock.advance(10 * 60_000);
  await world.tick();
  expect(world.outcomes()).toMatchObject([{ kind: 'pair-rejected', reason: 'both-missing,certificate-damaged' }]);
  expect(await world.keys('inbox/')).toEqual([]);
  expect(await world.keys('rejected/')).toHaveLength(22);
});
