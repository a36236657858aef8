import { expect, test } from 'vitest';
import { FAR_AHEAD, LONG_AGO, makeCa, makeKeys, makeVerification } from './make-pair.ts';
import { CREDENTIALS, INSTANCE, OTHER_INSTANCE, startWorld } from './world.ts';

const BEFORE = { settings: { httpStatuses: 'before' } } as const;

test.each(['rsa', 'ec'] as const)(
  'a CA whose %s key signed the code is registered, active and readable',
  async (kind) => {
    const world = await startWorld();
    const ca = await makeCa({ kind });
    const code = await world.newCode();
    const verification = await makeVerification(ca, code);
    const answer = await world.call('RegisterCaCertificate', {
      MqttInstanceId: INSTANCE,
      CaName: 'line 1 (north)*',
      CaContent: ca.pem,
      VerificationContent: verification,
    });
    expect(answer).toEqual({ RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/) as string, Sn: '00f26900ba87010203' });

    const read = await world.call('GetCaCertificate', { MqttInstanceId: INSTANCE, Sn: '00f26900ba87010203' });
    expect(read['Data']).toEqual({
      Sn: '00f26900ba87010203',
      CaName: 'line 1 (north)*',
      CaContent: ca.pem,
      VerificationContent: verification,
      RegistrationCode: code,
      ValidBegin: '1577836800000',
      ValidEnd: '2493072000000',
      Status: '1',
    });
  },
);

test('parameters in a form body count like parameters in the query, unless the switch says no', async () => {
  const world = await startWorld(BEFORE);
  const ca = await makeCa();
  const pems = { ca: ca.pem, verification: await makeVerification(ca, await world.newCode()) };
  world.mqtt.setSettings({ formBodyAccepted: false });
  expect(await world.register(pems, { as: 'body' })).toBe('ParameterFieldCheckFailed 500');
  world.mqtt.setSettings({ formBodyAccepted: true });
  expect(await world.register(pems, { as: 'body' })).toBe('OK 200');
});

test('a pair that does not prove possession is refused for its content', async () => {
  const world = await startWorld(BEFORE);
  const code = await world.newCode();
  const ca = await makeCa();
  const verification = await makeVerification(ca, code);
  const stranger = await makeKeys('ec');
  const tooOld = new Date('2021-01-01T00:00:00Z');
  const notCa = await makeCa({ basicConstraints: 'not-ca' });
  const bare = await makeCa({ basicConstraints: 'absent' });
  const expired = await makeCa({ notAfter: tooOld });
  const future = await makeCa({ notBefore: new Date('2048-01-01T00:00:00Z') });
  const cases: readonly (readonly [string, { ca: string; verification: string }])[] = [
    ['CA:FALSE', { ca: notCa.pem, verification: await makeVerification(notCa, code) }],
    ['no basicConstraints', { ca: bare.pem, verification: await makeVerification(bare, code) }],
    ['expired CA', { ca: expired.pem, verification: await makeVerification(expired, code) }],
    ['CA of the future', { ca: future.pem, verification: await makeVerification(future, code) }],
    ['expired verification', { ca: ca.pem, verification: await makeVerification(ca, code, { notAfter: tooOld }) }],
    ['foreign issuer', { ca: ca.pem, verification: await makeVerification(ca, code, { issuer: 'CN=Other CA' }) }],
    ['foreign signature', { ca: ca.pem, verification: await makeVerification(ca, code, { signedBy: stranger }) }],
    ['swapped', { ca: verification, verification: ca.pem }],
    ['not a certificate', { ca: 'hello', verification }],
    ['two certificates', { ca: ca.pem + ca.pem, verification }],
    ['literal newlines', { ca: ca.pem.replaceAll('\n', '\\n'), verification }],
  ];
  for (const [name, pems] of cases)
    expect([name, await world.register(pems)]).toEqual([name, 'CertificateContentError 500']);
  expect(world.mqtt.engine.cas()).toEqual([]);
  expect(await world.register({ ca: ca.pem, verification })).toBe('OK 200'); // and no refusal burnt the code
});

test('a common name that is no open code of this instance is a wrong code', async () => {
  const world = await startWorld(BEFORE);
  const ca = await makeCa();
  const superseded = await world.newCode();
  const elsewhere = await world.newCode(OTHER_INSTANCE);
  await world.newCode();
  for (const code of [superseded, elsewhere, 'never-issued']) {
    const verification = await makeVerification(ca, code);
    expect(await world.register({ ca: ca.pem, verification })).toBe('RegisterCodeError 500');
  }
  const nameless = await makeVerification(ca, '', { subject: 'O=No Name' });
  expect(await world.register({ ca: ca.pem, verification: nameless })).toBe('RegisterCodeError 500');
});

test('what becomes of an earlier code is a switch', async () => {
  const world = await startWorld({ settings: { newCode: 'keeps-earlier' } });
  const ca = await makeCa();
  const first = await world.newCode();
  expect(await world.newCode()).not.toBe(first);
  expect(await world.register({ ca: ca.pem, verification: await makeVerification(ca, first) })).toBe('OK 200');

  world.mqtt.setSettings({ newCode: 'repeats-until-used' });
  const open = await world.newCode();
  expect(await world.newCode()).toBe(open);
  const next = await makeCa({ serial: '11' });
  expect(await world.register({ ca: next.pem, verification: await makeVerification(next, open) })).toBe('OK 200');
  expect(await world.newCode()).not.toBe(open);
});

test('a code registers once, a serial exists once, and both rules are switches', async () => {
  const world = await startWorld(BEFORE);
  const ca = await makeCa({ serial: '0b' });
  const verification = await makeVerification(ca, await world.newCode());
  expect(await world.register({ ca: ca.pem, verification })).toBe('OK 200');
  expect(await world.register({ ca: ca.pem, verification })).toBe('RegisterCodeUsed 500');
  expect(await world.registerNew(ca)).toBe('SnNotUnique 500');
  expect(await world.registerNew(ca, OTHER_INSTANCE)).toBe('SnNotUnique 500');
  world.mqtt.setSettings({ codeIsSingleUse: false });
  expect(await world.register({ ca: ca.pem, verification })).toBe('SnNotUnique 500');
  world.mqtt.setSettings({ serialScope: 'instance' });
  expect(await world.registerNew(ca, OTHER_INSTANCE)).toBe('OK 200');
});

test('an instance takes as many CAs as its quota says', async () => {
  const world = await startWorld({ settings: { httpStatuses: 'after', caQuota: 1 } });
  expect(await world.registerNew(await makeCa({ serial: '01' }))).toBe('OK 200');
  expect(await world.registerNew(await makeCa({ serial: '02' }))).toBe('CaNumExceed 401');
  expect(await world.registerNew(await makeCa({ serial: '02' }), OTHER_INSTANCE)).toBe('OK 200');
});

test('the same code comes with the status that the switch says', async () => {
  const world = await startWorld();
  const unknown = { MqttInstanceId: INSTANCE, Sn: '01' };
  const nothing = { MqttInstanceId: INSTANCE };
  const wrongInstance = { MqttInstanceId: 'post-cn-zzzz' };
  const seen: string[][] = [];
  for (const httpStatuses of ['before', 'after', 'mixed'] as const) {
    world.mqtt.setSettings({ httpStatuses });
    seen.push([
      await world.codeOf('GetCaCertificate', unknown),
      await world.codeOf('RegisterCaCertificate', nothing),
      await world.codeOf('GetRegisterCode', wrongInstance),
    ]);
  }
  expect(seen).toEqual([
    ['FindCaBySnError 500', 'ParameterFieldCheckFailed 500', 'MqttInstanceNotFound 500'],
    ['FindCaBySnError 400', 'ParameterFieldCheckFailed 400', 'MqttInstanceNotFound 400'],
    ['FindCaBySnError 500', 'ParameterFieldCheckFailed 400', 'MqttInstanceNotFound 500'],
  ]);
});

test('someone else’s instance, a forbidden operation, a wrong method, an unknown operation each have their code', async () => {
  const world = await startWorld({
    settings: { httpStatuses: 'after', foreignInstances: ['post-cn-foreign'], deniedActions: ['ListCaCertificate'] },
  });
  const ours = { MqttInstanceId: INSTANCE };
  expect(await world.codeOf('GetRegisterCode', { MqttInstanceId: 'post-cn-foreign' })).toBe('MqttOwnerCheckError 403');
  expect(await world.codeOf('ListCaCertificate', ours)).toBe('PermissionCheckFailed 403');
  expect(await world.codeOf('GetRegisterCode', ours, { method: 'POST' })).toBe('UnsupportedHTTPMethod 403');
  expect(await world.codeOf('DropEverything', ours)).toBe('InvalidApi.NotFound 404');
  expect(await world.codeOf('GetRegisterCode', ours, { version: '1999-01-01' })).toBe('InvalidApi.NotFound 404');
  world.mqtt.setSettings({ postToReadsRefused: false });
  expect(await world.codeOf('GetRegisterCode', ours, { method: 'POST' })).toBe('OK 200');
});

test('a list shows full CAs page by page, in the spelling, types and newlines of the switches', async () => {
  const world = await startWorld({ settings: { totalCounts: 'results' } });
  for (const serial of ['00f2', '02', '03']) expect(await world.registerNew(await makeCa({ serial }))).toBe('OK 200');
  const page = async (PageNo: string, PageSize: string): Promise<unknown> =>
    (await world.call('ListCaCertificate', { MqttInstanceId: INSTANCE, PageNo, PageSize }))['Data'];

  expect(await page('2', '2')).toMatchObject({ Total: 3, PageNo: 2, PageSize: 2, CaCertificateVOS: [{ Sn: '03' }] });
  expect(await page('3', '2')).toMatchObject({ Total: 3, CaCertificateVOS: [] });
  world.mqtt.setSettings({
    totalCounts: 'pages',
    pastTheEnd: 'null',
    statusAs: 'number',
    validityAs: 'number',
    serialZeros: 'stripped',
    serialLetters: 'upper',
    pemNewlines: 'literal',
  });
  expect(await page('1', '1')).toMatchObject({
    Total: 3,
    CaCertificateVOS: [
      {
        Sn: 'F2',
        Status: 1,
        ValidBegin: LONG_AGO.getTime(),
        ValidEnd: FAR_AHEAD.getTime(),
        CaContent: expect.stringMatching(/^-----BEGIN CERTIFICATE-----\\n[^\n]+\\n$/) as string,
      },
    ],
  });
  expect(await page('2', '2')).toMatchObject({ Total: 2 });
  expect(await page('9', '100')).toMatchObject({ CaCertificateVOS: null });
  for (const [PageNo, PageSize] of [
    ['0', '10'],
    ['1', '101'],
    ['1', '0'],
    ['x', '10'],
  ] as const) {
    expect(await world.codeOf('ListCaCertificate', { MqttInstanceId: INSTANCE, PageNo, PageSize })).toBe(
      'ParameterFieldCheckFailed 500',
    );
  }
});

test('a serial is found by the service’s own spelling only, or by any spelling', async () => {
  const world = await startWorld(BEFORE);
  await world.registerNew(await makeCa({ serial: '00f2' }));
  const find = (Sn: string): Promise<string> => world.codeOf('GetCaCertificate', { MqttInstanceId: INSTANCE, Sn });
  expect([await find('00f2'), await find('F2')]).toEqual(['OK 200', 'FindCaBySnError 500']);
  world.mqtt.setSettings({ serialLookup: 'any-spelling' });
  expect([await find('00F2'), await find('f2')]).toEqual(['OK 200', 'OK 200']);
  expect(await world.codeOf('GetCaCertificate', { MqttInstanceId: OTHER_INSTANCE, Sn: '00f2' })).toBe(
    'FindCaBySnError 500',
  );
});

test('a restart keeps codes and CAs, a reset forgets them', async () => {
  const first = await startWorld();
  const ca = await makeCa({ serial: '77' });
  const spent = await makeVerification(ca, await first.newCode());
  await first.register({ ca: ca.pem, verification: spent });
  const open = await first.newCode();
  expect(first.mqtt.engine.setCaStatus(INSTANCE, '0077', 'inactive')).toBe(true);
  await first.mqtt.close();

  const second = await startWorld({ dataFolder: first.folder, settings: { httpStatuses: 'before' } });
  expect(await second.call('GetCaCertificate', { MqttInstanceId: INSTANCE, Sn: '77' })).toMatchObject({
    Data: { Status: '0' },
  });
  expect(await second.register({ ca: ca.pem, verification: spent })).toBe('RegisterCodeUsed 500');
  const other = await makeCa({ serial: '78' });
  expect(await second.register({ ca: other.pem, verification: await makeVerification(other, open) })).toBe('OK 200');
  await second.mqtt.reset();
  expect(second.mqtt.engine.cas()).toEqual([]);
  expect(second.mqtt.calls()).toEqual([]);
  await second.mqtt.close();

  const third = await startWorld({ dataFolder: first.folder });
  expect(third.mqtt.engine.cas()).toEqual([]);
  expect(third.mqtt.engine.codes()).toEqual([]);
});

test('the moved clock ages certificates while real-time signatures stay good', async () => {
  const world = await startWorld(BEFORE);
  const ca = await makeCa();
  const verification = await makeVerification(ca, await world.newCode());
  world.clock.advance(FAR_AHEAD.getTime() - world.clock.now() + 60_000);
  expect(await world.register({ ca: ca.pem, verification })).toBe('CertificateContentError 500');
  expect(await world.codeOf('GetRegisterCode', { MqttInstanceId: INSTANCE }, { key: CREDENTIALS })).toBe('OK 200');
});
