import { expect, test } from 'vitest';
import { composeRegisterCa } from '../../functions/register-ca/compose.ts';
import { composeSweep } from '../../functions/sweep/compose.ts';
import { durationMs } from '../../shared/core/time.ts';
import { claimBucket, functionPrefixOf } from '../../shared/pipelines/deployment-owner.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { type OssSpoiler, REGION, type ServiceWorld, serviceWorld } from '../support/service-world.ts';

const KEY = { accessKeyId: 'STS.owner', accessKeySecret: 'secret-of-the-test', securityToken: 'token-of-the-test' };
const BUCKET = 'owned-bucket';
const FIRST = { accountId: '1234567890123456', region: REGION, functionPrefix: '' };
const OWNER = '{"schema":1,"accountId":"1234567890123456","region":"cn-hangzhou","functionPrefix":""}';

async function startWorld(spoiler?: OssSpoiler): Promise<ServiceWorld> {
  const place = { bucket: BUCKET, project: 'owned-project' };
  const world = await serviceWorld({ ...place, instances: ['post-cn-world00001'], key: KEY });
  world.spoilBucket(spoiler);
  return world;
}

const environmentOf = ({ mqtt, oss, sls }: ServiceWorld) => ({
  MQTT_CERTS_REGION: REGION,
  MQTT_CERTS_BUCKET: BUCKET,
  MQTT_CERTS_INSTANCES: 'post-cn-world00001',
  MQTT_CERTS_LOG_PROJECT: 'owned-project',
  MQTT_CERTS_LOG_STORE: 'outcomes',
  MQTT_CERTS_OSS_ENDPOINT: oss.endpoint,
  MQTT_CERTS_MQTT_ENDPOINT: mqtt.endpoint,
  MQTT_CERTS_LOG_ENDPOINT: sls.endpoint,
});

const contextOf = (functionName: string, accountId = FIRST.accountId) => ({
  requestId: 'r-1',
  credentials: KEY,
  functionName,
  accountId,
  timeout: durationMs(120_000),
});

const storeOf = (world: ServiceWorld): ObjectStore =>
  world.portsOf({ functionName: 'register-ca', runLog: { write: () => undefined }, timeoutMs: 110_000 }).store;

async function ownerOf(world: ServiceWorld): Promise<string> {
  const read = { key: 'state/owner.json', headers: {}, maxBytes: 1000, timeoutMs: 5000 };
  return (await world.bucket.get(read)).bytes.toString('utf8');
}

test('the first function of a deployment to run names it in the bucket, and its others find their own name', async () => {
  const world = await startWorld();
  await composeRegisterCa(contextOf('register-ca'), environmentOf(world));
  expect(await ownerOf(world)).toBe(OWNER);
  await composeSweep(contextOf('sweep'), environmentOf(world));
  await composeRegisterCa(contextOf('register-ca'), environmentOf(world));
  expect(await ownerOf(world)).toBe(OWNER);
  expect(world.outcomes()).toEqual([]);
});

test.each([
  ['another account', 'register-ca', '6543210987654321'],
  ['another prefix', 'test-register-ca', FIRST.accountId],
])('a deployment of %s refuses to run on the bucket, and tells so once a day', async (_, functionName, accountId) => {
  const world = await startWorld();
  await composeRegisterCa(contextOf('register-ca'), environmentOf(world));
  for (let count = 0; count < 2; count += 1) {
    const composed = composeRegisterCa(contextOf(functionName, accountId), environmentOf(world));
    await expect(composed).rejects.toMatchObject({ name: 'ForeignDeploymentError' });
  }
  expect(world.outcomes()[0]).toMatchObject({ kind: 'foreign-deployment', severity: 'critical' });
  expect(world.outcomes()[0]?.['detail']).toContain('1234567890123456/cn-hangzhou/');
  expect(await world.keys('outbox/alerts/critical/')).toHaveLength(1);
  expect(await ownerOf(world)).toBe(OWNER);
});

test('a sweep refuses the bucket of another deployment too', async () => {
  const world = await startWorld();
  await composeRegisterCa(contextOf('register-ca'), environmentOf(world));
  const composed = composeSweep(contextOf('b-sweep'), environmentOf(world));
  await expect(composed).rejects.toMatchObject({ name: 'ForeignDeploymentError' });
  expect(world.outcomes()).toMatchObject([{ kind: 'foreign-deployment', function: 'sweep' }]);
});

test('of two deployments that begin at the same moment exactly one gets the bucket', async () => {
  const world = await startWorld();
  const others = ['a-', 'b-', 'c-'].map((functionPrefix) => ({ ...FIRST, functionPrefix }));
  const claims = await Promise.all(others.map((one) => claimBucket(storeOf(world), one)));
  expect(claims.filter(({ kind }) => kind === 'ours')).toHaveLength(1);
});

test('a claim whose answer was lost is ours', async () => {
  const lost: string[] = [];
  const world = await startWorld(({ key, operation }) => {
    if (key !== 'state/owner.json' || operation !== 'PutObject' || lost.length > 0) return 'ok';
    lost.push(operation);
    return 'lose-answer';
  });
  expect(await claimBucket(storeOf(world), FIRST)).toEqual({ kind: 'ours' });
  expect(lost).toEqual(['PutObject']);
});

test.each(['', 'not json', '{"schema":1}', 'x'.repeat(2000)])('an owner nobody can read is not us', async (text) => {
  const world = await startWorld();
  const object = { key: 'state/owner.json', bytes: Buffer.from(text), contentType: 'application/json' };
  await world.bucket.put({ ...object, headers: {}, timeoutMs: 5000 });
  expect(await claimBucket(storeOf(world), FIRST)).toEqual({ kind: 'foreign', owner: 'unreadable' });
});

test('the prefix is what stands before the name of the function', () => {
  expect(functionPrefixOf('plant-a-register-ca', 'register-ca')).toBe('plant-a-');
  expect(functionPrefixOf('sweep', 'sweep')).toBe('');
  expect(functionPrefixOf('renamed', 'sweep')).toBe('');
});
