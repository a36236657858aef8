import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { caRecipe, commonNames, makeDer, pem, testKey, verificationRecipe } from '../support/certificates.ts';
import {
  type DropWorld,
  dropWorld,
  INSTANCE,
  type InvokeOptions,
  KEY,
  refusedWith,
  soundPair,
} from '../support/drop-world.ts';
import type { PemPair } from '../support/service-world.ts';

const NOTHING = Buffer.alloc(0);
const FIFTEEN_MINUTES = 900_000;

/** One text that reached someone: where, and what. */
type Sink = readonly [where: string, text: string];

/** Every text that left the pipeline, but for the uploaded files themselves where they are archived. */
async function sinks(world: DropWorld): Promise<readonly Sink[]> {
  const keys = (await world.keys('')).filter((key) => !key.startsWith('inbox/') && !isArchived(key));
  const objects = await Promise.all(keys.map(async (key): Promise<Sink> => [key, `${key}\n${await world.text(key)}`]));
  return [
    ...objects,
    ...world.outcomes().flatMap((record) => Object.entries(record)),
    ...world.lines.map((line): Sink => ['run line', JSON.stringify(line)]),
    ...world.thrown.flatMap((error): readonly Sink[] => [
      ['thrown', inspect(error, { depth: 10, showHidden: true })],
      ['thrown, as JSON', JSON.stringify(error)],
      ['thrown, as text', error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)],
    ]),
  ];
}

function isArchived(key: string): boolean {
  return (
    /^(?:registered|rejected|quarantine)\//.test(key) && !/\/(?:receipt\.json|reason\.json|reason\.txt)$/.test(key)
  );
}

const EVIL = '\u001b[31m**evil**[evil](http://evil.example)<evil>@evil`evil`\u202e\u2066\u200b\u2028\u0007\r\nevil';
/** The same as part of a file name. */
const EVIL_NAME = EVIL.replaceAll('/', '');
/** Controls but the line feed, bidi, zero-width, line separators. */
const HIDDEN = /[\0-\t\v-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;
const MARKUP = /\*\*evil|\[evil\]|\(http|<evil|@evil|`evil|:\/\/evil/;

async function expectHarmless(world: DropWorld): Promise<void> {
  const all = await sinks(world);
  expect(all.length).toBeGreaterThan(20);
  expect(all.some(([, text]) => text.includes('evil'))).toBe(true);
  for (const [where, text] of all) {
    expect(HIDDEN.test(text), `${where}: ${JSON.stringify(text)}`).toBe(false);
    expect(/^\s*evil/m.test(text), `a line of its own in ${where}: ${text}`).toBe(false);
    // Raw names are kept for machines: in JSON, where what a terminal would obey is escaped.
    if (!/(?:decision|receipt|reason)\.json$/.test(where)) expect(text, where).not.toMatch(MARKUP);
    if (where === 'detail' || where === 'name' || where === 'actor') expect(text).not.toContain('\n');
  }
}

/** The event of an upload, as if a person of that name had made it. */
function by(event: Buffer, actor: string): Buffer {
  const json = JSON.parse(event.toString('utf8')) as {
    events: [{ userIdentity: { principalId: string }; requestParameters: { sourceIPAddress: string } }];
  };
  json.events[0].userIdentity.principalId = actor;
  json.events[0].requestParameters.sourceIPAddress = actor;
  return Buffer.from(JSON.stringify(json));
}

const FOLDER = `inbox/${INSTANCE}/line-7/`;

test('a hostile subject, common name, file name and actor are harmless in every sink of a registration', async () => {
  const world = await dropWorld();
  const name = commonNames(EVIL);
  const { ca, verification } = soundPair(world.code(), {
    ca: { subject: name, issuer: name },
    verification: { issuer: name },
  });
  const other = pem(makeDer(caRecipe('p256', { subject: name, issuer: name }, 'other')));
  const events = await world.drop(FOLDER, {
    [`${EVIL_NAME}.pem`]: ca,
    'v.pem': verification,
    [`2${EVIL_NAME}`]: other,
  });
  await world.invoke(by(events[2] ?? NOTHING, EVIL));
  expect(world.outcomes()).toMatchObject([{ kind: 'ca-registered', reason: 'extra-certificate' }]);
  await expectHarmless(world);
});

test('they are harmless in every sink of a rejection, also where the service is quoted', async () => {
  const world = await dropWorld();
  const pair: PemPair = {
    ca: pem(makeDer(caRecipe('p256', { subject: commonNames(EVIL), issuer: commonNames(EVIL) }))),
    verification: pem(
      makeDer(verificationRecipe('p256', { subject: commonNames(EVIL, EVIL), issuer: commonNames('x') })),
    ),
  };
  const events = await world.drop(FOLDER, { [`${EVIL_NAME}.pem`]: pair.ca, [`2${EVIL_NAME}.pem`]: pair.verification });
  await world.invoke(by(events[1] ?? NOTHING, EVIL));
  expect(world.outcomes()).toMatchObject([{ kind: 'pair-rejected' }]);

  const refused = soundPair(EVIL.slice(0, 60));
  const more = await world.drop(FOLDER, { 'ca.pem': refused.ca, [`${EVIL_NAME}.pem`]: refused.verification });
  world.hop.plan('pass', { ...jsonReply(500, { Code: EVIL, Message: EVIL, RequestId: EVIL }) });
  await world.invoke(by(more[1] ?? NOTHING, EVIL)).catch(() => undefined);
  await expectHarmless(world);
});

test('they are harmless while a drop waits, when it is misplaced, quarantined, vanished or fails', async () => {
  const world = await dropWorld();
  const { ca } = soundPair(world.code());
  const waiting = await world.put(`${FOLDER}${EVIL_NAME}.pem`, ca);
  await world.invoke(by(waiting, EVIL));
  await world.invoke(by(await world.put(`inbox/${INSTANCE}/${EVIL}/${EVIL}.pem`, ca), EVIL));
  await world.invoke(by(await world.put(`inbox/${EVIL_NAME}`, '-----BEGIN PRIVATE KEY-----'), EVIL));
  const gone = await world.put(`inbox/${INSTANCE}/line-8/${EVIL_NAME}`, ca);
  await world.bucket.delete({ key: `inbox/${INSTANCE}/line-8/${EVIL_NAME}`, timeoutMs: 5000 });
  await world.invoke(by(gone, EVIL));
  const watch = (moment: string, call: string): void => {
    if (moment === 'before' && call.startsWith('get inbox')) throw new TypeError(EVIL);
  };
  world.clock.advance(FIFTEEN_MINUTES);
  await world.tick({ watch });
  await world.tick();
  expect(new Set(world.outcomes().map(({ kind }) => kind))).toEqual(
    new Set(['drop-waiting', 'drop-misplaced', 'drop-quarantined', 'drop-vanished', 'drop-failed', 'pair-rejected']),
  );
  await expectHarmless(world);
});

test('what the service says about a CA is harmless in the receipt', async () => {
  const world = await dropWorld();
  const { ca, verification } = soundPair(world.code());
  const data = { Sn: '5f 00:00 00\r\n00:00:00:00:01', CaName: EVIL, CaContent: ca, Status: EVIL, ValidEnd: EVIL };
  const events = await world.drop(FOLDER, { 'ca.pem': ca, 'v.pem': verification });
  world.hop.plan(jsonReply(200, { RequestId: 'A1', Data: data }));
  await world.invoke(by(events[1] ?? NOTHING, EVIL));
  expect(world.outcomes()).toMatchObject([{ kind: 'ca-already-registered' }]);
  await expectHarmless(world);
});

function jsonReply(status: number, body: object) {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** A line out of the middle of a PEM body: nobody writes it by chance. */
const body = (text: string): string => text.split('\n')[3] ?? '';

test('no secret, token, key, PEM body, code, service message or signed URL is in any output, whatever went wrong', async () => {
  const world = await dropWorld();
  const canaries = new Map<string, string>([
    ['secret', KEY.accessKeySecret],
    ['token', KEY.securityToken],
    ['service message', 'canaryMessageOfTheService'],
    ['signed URL', 'Signature='],
    ['authorization', 'ACS3-HMAC'],
    ['OSS authorization', 'OSS4-HMAC'],
  ]);
  const drop = async (
    folder: string,
    files: Readonly<Record<string, string>>,
    { before, ...options }: InvokeOptions & { readonly before?: () => void } = {},
  ): Promise<void> => {
    for (const [name, text] of Object.entries(files)) canaries.set(`${folder}/${name}`, body(text));
    const events = await world.drop(`inbox/${INSTANCE}/${folder}/`, files);
    before?.();
    await world.invoke(events.at(-1) ?? NOTHING, options).catch(() => undefined);
  };
  const pair = (serial: string): Record<string, string> => {
    const code = world.code();
    canaries.set(`code of ${serial}`, code);
    const { ca, verification } = soundPair(code, { serial });
    return { 'ca.pem': ca, 'verification.pem': verification };
  };

  await drop('registered', pair('5f01'));
  await drop('rejected', { ...pair('5f02'), 'ca.pem': soundPair('x', { type: 'rsa-2048-65537' }).ca });
  const key = testKey('rsa-2048-65537', 'leaked').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await drop('quarantined', { ...pair('5f03'), 'ca.key': key });
  world.hop.plan('pass', refusedWith('RegisterCodeError', 500));
  await drop('refused', pair('5f04'));
  world.hop.plan('pass', refusedWith('PermissionCheckFailed', 403));
  await drop('blocked', pair('5f05'));
  world.hop.plan('pass', ...Array.from({ length: 40 }, () => 'reset-before' as const));
  await drop('postponed', pair('5f06'));
  world.hop.plan('silence', 'silence', 'cut-short', refusedWith('Throttling.User'));
  await drop('slow', pair('5f07'), { callTimeoutMs: 60, timeoutMs: 8400 });
  world.hop.plan();
  world.sls.setFaults([
    { fault: 'internal-server-error', times: 1 },
    { fault: 'html-502', times: 2 },
  ]);
  await drop('log-down', pair('5f08'));
  await drop('bucket-down', pair('5f09'), {
    before: () => {
      world.spoilBucket(({ operation }) => (operation === 'PutObject' ? { status: 403, code: 'AccessDenied' } : 'ok'));
    },
  });
  world.spoilBucket(undefined);
  world.clock.advance(FIFTEEN_MINUTES);
  await world.tick();

  expect(world.outcomes().length).toBeGreaterThan(6);
  expect(world.thrown.length).toBeGreaterThan(1);
  for (const [where, text] of await sinks(world)) {
    for (const [what, canary] of canaries) {
      expect(canary.length).toBeGreaterThan(8);
      expect(text.includes(canary), `${what} in ${where}: ${text}`).toBe(false);
    }
  }
});
