import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { caRecipe, commonNames, makeDer, pem, testKey, verificationRecipe } from '../support/certificates.ts';
import { bitString, element, integer, NULL, octetString, oid, sequence } from '../support/der-writer.ts';
import { type DropWorld, dropWorld, INSTANCE, soundPair } from '../support/drop-world.ts';

const FOLDER = `inbox/${INSTANCE}/line-7/`;
const FIFTEEN_MINUTES = 900_000;

type Files = Readonly<Record<string, Buffer | string>>;

/** Drops files, runs the function on each event, and says what was told. */
async function dropped(world: DropWorld, files: Files): Promise<readonly Readonly<Record<string, string>>[]> {
  for (const event of await world.drop(FOLDER, files)) await world.invoke(event);
  return world.outcomes();
}

/** Drops files, waits out the deadline for a missing half, and says what was told last. */
async function settled(world: DropWorld, files: Files): Promise<Readonly<Record<string, string>> | undefined> {
  await dropped(world, files);
  world.clock.advance(FIFTEEN_MINUTES + 1000);
  await world.tick();
  return world.outcomes().at(-1);
}

const registrations = (world: DropWorld) =>
  world.mqtt.calls().filter(({ action }) => action === 'RegisterCaCertificate').length;

const KEY = testKey('p256', 'leaked').privateKey;
const RSA = testKey('rsa-2048-65537', 'leaked').privateKey;
const text = (key: KeyObject, type: 'pkcs8' | 'sec1' | 'pkcs1', passphrase?: string): string =>
  key
    .export({ type, format: 'pem', ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }) })
    .toString();
const utf16be = (ascii: string): Buffer => Buffer.from(`\ufeff${ascii}`, 'utf16le').swap16();
const PKCS12 = sequence(
  integer(3),
  sequence(oid('1.2.840.113549.1.7.1'), element(0xa0, octetString(Buffer.alloc(64, 7)))),
  sequence(NULL),
);
const JKS = Buffer.concat([Buffer.from('feedfeed0000000200000001', 'hex'), Buffer.alloc(200, 3)]);
const OPENSSH = `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from('openssh-key-v1\0none').toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
const PUTTY = 'PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\nAAAAIHx\n';
const JWK = JSON.stringify(KEY.export({ format: 'jwk' }));
const DSA = generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 }).privateKey;

const KEYS: readonly (readonly [string, Buffer | string])[] = [
  ['PKCS #8 in PEM', text(KEY, 'pkcs8')],
  ['PKCS #8 in PEM, encrypted', text(KEY, 'pkcs8', 'secret')],
  ['PKCS #8 in DER', KEY.export({ type: 'pkcs8', format: 'der' })],
  ['PKCS #8 in DER, encrypted', KEY.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'x' })],
  ['PKCS #1 in PEM', text(RSA, 'pkcs1')],
  ['PKCS #1 in PEM, encrypted the old way', text(RSA, 'pkcs1', 'secret')],
  ['PKCS #1 in DER', RSA.export({ type: 'pkcs1', format: 'der' })],
  ['SEC 1 in PEM', text(KEY, 'sec1')],
  ['SEC 1 in DER', KEY.export({ type: 'sec1', format: 'der' })],
  ['DSA', text(DSA, 'pkcs8').replaceAll('PRIVATE KEY', 'DSA PRIVATE KEY')],
  ['OpenSSH', OPENSSH],
  ['PuTTY', PUTTY],
  ['JWK', JWK],
  ['PKCS #12', PKCS12],
  ['JKS', JKS],
  ['PEM in UTF-16, little end first', Buffer.from(`\ufeff${text(KEY, 'pkcs8')}`, 'utf16le')],
  ['PEM in UTF-16, big end first', utf16be(text(KEY, 'pkcs8'))],
  ['PEM behind a byte order mark', `\ufeff${text(KEY, 'pkcs8')}`],
  ['PEM with CRLF and text around it', `my key\r\n${text(KEY, 'sec1').replaceAll('\n', '\r\n')}bye\r\n`],
  ['a key behind a certificate in one file', makePem() + text(KEY, 'pkcs8')],
];

function makePem(): string {
  return pem(makeDer(caRecipe('p256')));
}

test.each(KEYS)(
  '%s: the whole drop is quarantined at once, critically told, and the service not asked',
  async (_, key) => {
    const world = await dropWorld();
    const { ca, verification } = soundPair(world.code());
    const [first] = await world.drop(FOLDER, { 'ca.key': key, 'ca.pem': ca, 'verification.pem': verification });
    await world.invoke(first ?? Buffer.alloc(0));
    expect(world.outcomes()).toMatchObject([
      { kind: 'drop-quarantined', severity: 'critical', object_key: `${FOLDER}ca.key` },
    ]);
    expect(world.outcomes()[0]?.['reason']).toMatch(/^private-key-[a-z0-9-]+$/);
    expect(await world.keys('outbox/alerts/critical/')).toHaveLength(1);
    expect(await world.keys('inbox/')).toEqual([]);
    expect(await world.keys('quarantine/')).toHaveLength(5);
    expect(world.mqtt.calls()).toEqual([]);
  },
);

test('quarantined files are the very bytes that came, encrypted at rest, with the reason beside them', async () => {
  const world = await dropWorld();
  const key = text(KEY, 'pkcs8');
  await dropped(world, { 'ca.key': key });
  const [archived = '', json = '', reason = ''] = await world.keys('quarantine/');
  expect(await world.text(archived)).toBe(key);
  expect(await world.bucket.head({ key: archived, timeoutMs: 5000 })).toMatchObject({
    'x-oss-server-side-encryption': 'AES256',
  });
  expect(JSON.parse(await world.text(json))).toMatchObject({ kind: 'drop-quarantined', schema: 1 });
  expect(await world.text(reason)).toContain('compromised');
});

test('of a drop with several things in it to be kept away the worst is the reason, and so one cause', async () => {
  const world = await dropWorld();
  const files = {
    'a.pem': Buffer.alloc(65_537, 'x'),
    'b.key': text(KEY, 'pkcs8', 'secret'),
    'c.key': text(KEY, 'pkcs8'),
  };
  expect(await dropped(world, files)).toMatchObject([{ kind: 'drop-quarantined', reason: 'private-key-pkcs8' }]);
});

test.each([
  ['a 10 MB file', Buffer.alloc(10 * 1024 * 1024, 'x'), 'file-too-large'],
  ['a file one byte too long', Buffer.alloc(65_537, 'x'), 'file-too-large'],
  ['1,000 PEM blocks', pem(Buffer.from('30030101ff', 'hex')).repeat(600), 'file-too-many-blocks'],
  ['33 PEM blocks', pem(Buffer.from('30030101ff', 'hex')).repeat(33), 'file-too-many-blocks'],
])('%s may hide a key, so it is quarantined', async (_, bytes, reason) => {
  const world = await dropWorld();
  expect(await dropped(world, { 'big.pem': bytes })).toMatchObject([{ kind: 'drop-quarantined', reason }]);
  const [archived = ''] = await world.keys('quarantine/');
  const { bytes: kept } = await world.bucket.get({ key: archived, headers: {}, maxBytes: 20_000_000, timeoutMs: 5000 });
  expect(kept.equals(Buffer.from(bytes))).toBe(true);
  expect(await world.keys('inbox/')).toEqual([]);
});

const CSR = sequence(
  sequence(integer(0), commonNames('Fleet CA'), testKey('p256').spki, element(0xa0, Buffer.alloc(0))),
  sequence(oid('1.2.840.10045.4.3.2')),
  bitString(Buffer.alloc(70, 1)),
);

test.each([
  [
    'garbage',
    Buffer.from(Array.from({ length: 500 }, (__, index) => (index * 151 + 7) % 251)),
    'nothing that is known',
  ],
  ['an empty file', '', 'nothing, it is empty'],
  ['a certificate request', pem(CSR, 'CERTIFICATE REQUEST'), 'a certificate request (CSR)'],
  ['a certificate request in DER', CSR, 'a certificate request (CSR)'],
  ['a note', 'please register this, thanks', 'text without a certificate'],
  [
    'a ZIP archive',
    Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(100, 1)]),
    'a ZIP archive, to be unpacked',
  ],
  ['a public key', testKey('p256').spki, 'a public key'],
])('%s alone is waited with, named for what it is, and rejected after the deadline', async (_, bytes, holds) => {
  const world = await dropWorld();
  const last = await settled(world, { 'file.bin': bytes });
  const [waiting] = world.outcomes();
  expect(waiting).toMatchObject({ kind: 'drop-waiting', reason: 'missing-both' });
  expect(waiting?.['detail']).toContain(`file.bin (${holds}`);
  expect(last).toMatchObject({ kind: 'pair-rejected', reason: 'both-missing' });
  const reason = (await world.keys('rejected/')).find((key) => key.endsWith('reason.txt')) ?? '';
  expect(await world.text(reason)).toContain(`file.bin (${holds}`);
  expect(await world.keys('inbox/')).toEqual([]);
});

test.each([
  ['a certificate request', pem(CSR, 'CERTIFICATE REQUEST')],
  ['a note', 'please register this, thanks'],
  ['an empty file', ''],
  ['garbage', Buffer.from([1, 2, 3, 250])],
  ['a damaged certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
])('%s beside a sound pair blocks nothing and is filed with it', async (_, bytes) => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const told = await dropped(world, { 'a-note': bytes, 'ca.pem': ca, 'verification.pem': verification });
  expect(told.at(-1)).toMatchObject({ kind: 'ca-registered' });
  expect(await world.keys('registered/')).toHaveLength(4);
});

test('both halves identical are one half', async () => {
  const world = await dropWorld();
  const { ca } = soundPair(world.code());
  expect(await settled(world, { 'ca.pem': ca, 'verification.pem': ca })).toMatchObject({
    kind: 'pair-rejected',
    reason: 'halves-identical',
  });
});

test('the pair is found by content in DER, UTF-16, with a BOM, with text around it, and under any names', async () => {
  const world = await dropWorld();
  const code = world.code();
  const ca = makeDer(caRecipe('p256', { serial: Buffer.from('5f01', 'hex') }));
  const verification = makeDer(verificationRecipe('p256', { subject: commonNames(code) }));
  const told = await dropped(world, {
    'a.verification': Buffer.from(`\ufeffBag Attributes\r\n${pem(ca, 'CERTIFICATE', '\r\n')}`, 'utf16le'),
    'b.ca': verification,
  });
  expect(told.at(-1)).toMatchObject({ kind: 'ca-registered', ca_sn: '5f01' });
});

test('one fullchain file holds both halves', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  expect(await dropped(world, { 'fullchain.pem': verification + ca })).toMatchObject([{ kind: 'ca-registered' }]);
});

test('among root, intermediate and issuing CA the one that signed the verification certificate is registered', async () => {
  const world = await dropWorld();
  const named = (name: string, issuer: string, key: string, signer: string, serial: string) =>
    pem(
      makeDer({
        ...caRecipe(
          'p256',
          { subject: commonNames(name), issuer: commonNames(issuer), serial: Buffer.from(serial, 'hex') },
          key,
        ),
        signer: testKey('p256', signer).privateKey,
      }),
    );
  const told = await dropped(world, {
    'root.pem': named('Root', 'Root', 'root', 'root', '51'),
    'intermediate.pem': named('Middle', 'Root', 'middle', 'root', '52'),
    'issuing.pem': named('Fleet CA', 'Middle', 'ca', 'middle', '53'),
    'verification.pem': soundPair(world.code()).verification,
  });
  expect(told.at(-1)).toMatchObject({
    kind: 'ca-registered',
    ca_sn: '53',
    reason: 'extra-certificate,extra-certificate',
  });
});

test.each([
  ['ca.pem', 'verification.pem'],
  ['verification.pem', 'ca.pem'],
] as const)('%s first and the other half ten minutes later make a pair', async (first, second) => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const files = { 'ca.pem': ca, 'verification.pem': verification };
  expect(await dropped(world, { [first]: files[first] })).toMatchObject([{ kind: 'drop-waiting' }]);
  world.clock.advance(600_000);
  await world.tick();
  expect((await dropped(world, { [second]: files[second] })).map(({ kind }) => kind)).toEqual([
    'drop-waiting',
    'ca-registered',
  ]);
});

test('every problem of a wrong pair is reported together, and the service is not asked', async () => {
  const world = await dropWorld();
  const code = world.code();
  const ca = makeDer(caRecipe('p256', { extensions: [], notAfter: 1_767_312_000_000 }));
  const verification = makeDer(verificationRecipe('p256', { subject: commonNames(code, 'again') }));
  const [last] = await dropped(world, { 'ca.pem': pem(ca), 'verification.pem': pem(verification) });
  expect(last?.['reason']).toBe('ca-basic-constraints-missing,ca-expired,common-name-several');
  expect(registrations(world)).toBe(0);
  expect(world.mqtt.engine.codes().map(({ status }) => status)).toEqual(['open']);
  const reason = (await world.keys('rejected/')).find((key) => key.endsWith('reason.txt')) ?? '';
  const lines = (await world.text(reason)).split('\n');
  expect(lines[0]).toBe(
    `实例 ${INSTANCE} 的 CA line-7 未注册：提交的证书有问题（ca-basic-constraints-missing,ca-expired,common-name-several）。`,
  );
  expect(lines.filter((line) => /^\d\. /.test(line))).toHaveLength(6);
  expect(lines).toContain(`Where the files are now: ${reason.replace('reason.txt', '')}`);
  expect(lines).toContain(`Next: mend what is named above and upload both certificates together to ${FOLDER}`);
  expect(lines.some((line) => line.startsWith('   command: openssl '))).toBe(true);
});

test('a file replaced while it is read is read again, and only what was judged is filed', async () => {
  const world = await dropWorld();
  const wrong = soundPair('not-the-code', { type: 'rsa-2048-65537' });
  const { ca, verification } = soundPair(world.code());
  const events = await world.drop(FOLDER, { 'ca.pem': wrong.ca, 'verification.pem': verification });
  let isDone = false;
  const watch = async (moment: string, call: string): Promise<void> => {
    if (moment !== 'before' || call !== `get ${FOLDER}ca.pem` || isDone) return;
    isDone = true;
    await world.put(`${FOLDER}ca.pem`, ca);
  };
  await world.invoke(events[1] ?? Buffer.alloc(0), { watch });
  expect(world.outcomes().map(({ kind }) => kind)).toEqual(['ca-registered']);
  const archived = (await world.keys('registered/')).find((key) => key.includes('/ca.pem-')) ?? '';
  expect(await world.text(archived)).toBe(ca);
});

test('a file replaced while it is filed stays, and is a new drop', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const next = soundPair('x', { type: 'rsa-2048-65537', serial: '5f99' });
  const events = await world.drop(FOLDER, { 'ca.pem': ca, 'verification.pem': verification });
  let isDone = false;
  const watch = async (moment: string, call: string): Promise<void> => {
    if (moment !== 'before' || !call.startsWith('put registered/') || isDone) return;
    isDone = true;
    await world.put(`${FOLDER}ca.pem`, next.ca);
  };
  await world.invoke(events[1] ?? Buffer.alloc(0), { watch });
  expect(await world.keys('inbox/')).toEqual([`${FOLDER}ca.pem`]);
  expect(await world.text(`${FOLDER}ca.pem`)).toBe(next.ca);
  const archived = (await world.keys('registered/')).find((key) => key.includes('/ca.pem-')) ?? '';
  expect(await world.text(archived)).toBe(ca);
  // The holder listed once more and saw the half that came; it says that the other one was settled before.
  const [, waiting] = world.outcomes();
  expect(waiting).toMatchObject({ kind: 'drop-waiting', reason: 'missing-verification' });
  expect(waiting?.['detail']).toContain('were settled already');
});

test('a file its owner removes while it is read is as if it had never come', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const events = await world.drop(FOLDER, { 'ca.pem': ca, 'verification.pem': verification });
  const watch = async (moment: string, call: string): Promise<void> => {
    if (moment === 'before' && call === `get ${FOLDER}verification.pem`) {
      await world.bucket.delete({ key: `${FOLDER}verification.pem`, timeoutMs: 5000 });
    }
  };
  await world.invoke(events[0] ?? Buffer.alloc(0), { watch });
  expect(world.outcomes()).toMatchObject([{ kind: 'drop-waiting', reason: 'missing-verification' }]);
});

test('more than 20 files are told once a day, and nothing is read or moved', async () => {
  const world = await dropWorld();
  const files = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`f${String(index)}.txt`, 'x']));
  expect(await dropped(world, files)).toMatchObject([{ kind: 'drop-too-many', instance: INSTANCE, name: 'line-7' }]);
  const [event] = await world.drop(FOLDER, { 'one-more.txt': 'y' });
  await world.invoke(event ?? Buffer.alloc(0));
  expect(world.outcomes()).toHaveLength(1);
  expect(await world.keys('inbox/')).toHaveLength(22);
  world.clock.advance(86_400_000);
  await world.tick();
  expect(world.outcomes().at(-1)).toMatchObject({ kind: 'drop-too-many' });
  expect(world.outcomes()).toHaveLength(2);
});
