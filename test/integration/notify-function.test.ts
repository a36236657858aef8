import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { composeNotify } from '../../functions/notify/compose.ts';
import { type LocalCloud, startCloud } from '../../local/cloud.ts';
import { bundleFunctions } from '../../scripts/bundle.ts';
import { type OssClient, ossClient } from '../../shared/adapters/oss-client.ts';
import { durationMs } from '../../shared/core/time.ts';
import { bundledWorker, PROJECT } from '../contract/local-fc/fc-world.ts';
import { OSS_KEY, objectsWorld } from '../support/objects-world.ts';

/** The deployable bundles on a local cloud, whose timers come only when told to. */
async function deployed(environment: Readonly<Record<string, string>> = {}): Promise<{
  readonly cloud: LocalCloud;
  readonly bucket: OssClient;
  readonly keys: () => Promise<readonly string[]>;
}> {
  const root = mkdtempSync(join(tmpdir(), 'notify-function-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const codeFolder = join(root, 'code');
  await bundleFunctions(PROJECT, codeFolder);
  const cloud = await startCloud({
    projectFolder: PROJECT,
    dataFolder: join(root, 'data'),
    codeFolder,
    ...(await bundledWorker()),
    watch: false,
    environment,
  });
  onTestFinished(() => cloud.close());
  const { bucket: name, endpoint, region } = cloud.endpoints.oss;
  const bucket = ossClient({ endpoint, region, bucket: name }, cloud.endpoints.credentials);
  const keys = async (): Promise<readonly string[]> => {
    const page = await bucket.list({ query: { prefix: 'outbox/', 'max-keys': 100 }, timeoutMs: 5000 });
    return page.objects.map((object) => String(object.name));
  };
  return { cloud, bucket, keys };
}

const MISPLACED = { key: 'inbox/ca.pem', contentType: 'text/plain', headers: {}, timeoutMs: 5000 };

test('a mistake is told by the robot at the next minute, once, and nothing stays in the outbox', async () => {
  const { bucket, cloud, keys } = await deployed();
  await bucket.put({ ...MISPLACED, bytes: Buffer.from('x') });
  await cloud.fc.idle();
  expect(await keys()).toEqual([expect.stringMatching(/^outbox\/alerts\/warning\/drop-misplaced\./)]);

  await cloud.fc.tick('notify');
  await cloud.fc.idle();
  const [told, ...more] = cloud.chats.dingtalk.messages();
  expect(more).toEqual([]);
  expect(told?.title).toContain('文件放错位置');
  expect(told?.text).toContain('inbox');
  expect(await keys()).toEqual([]);

  await cloud.fc.tick('notify');
  await cloud.fc.idle();
  expect(cloud.chats.dingtalk.messages().length).toBe(1);
  expect(cloud.fc.invocations().map(({ result }) => result)).toEqual(['ok', 'ok', 'ok']);
});

test('a teller with a wrong setting tells by its default, and of that', async () => {
  const { cloud } = await deployed({ MQTT_CERTS_LANGUAGE: 'de' });
  await cloud.fc.tick('notify');
  await cloud.fc.idle();
  const [told, ...more] = cloud.chats.dingtalk.messages();
  expect(more).toEqual([]);
  expect(told?.title).toContain('部分配置有误');
  expect(told?.title).not.toContain('补发');
  expect(told?.text).toContain('must be one of zh, en, both');
});

test('a teller that can not tell says in the outbox why, and shows nothing of what was set', async () => {
  const { objects, proxy } = await objectsWorld();
  const context = {
    requestId: 'r-1',
    functionName: 'notify',
    credentials: OSS_KEY,
    timeout: durationMs(55_000),
    accountId: '1234567890123456',
  };
  const run = composeNotify(context, {
    MQTT_CERTS_REGION: 'cn-hangzhou',
    MQTT_CERTS_BUCKET: 'certs-bucket',
    MQTT_CERTS_LOG_PROJECT: 'certs-project',
    MQTT_CERTS_LOG_STORE: 'outcomes',
    MQTT_CERTS_OSS_ENDPOINT: proxy.endpoint,
    MQTT_CERTS_ROBOT_URL: 'http://oapi.dingtalk.com/robot/send?access_token=canary',
    MQTT_CERTS_ROBOT_SECRET: 'canary canary',
  });
  const problems =
    'MQTT_CERTS_ROBOT_URL must be https (http is for this machine only); MQTT_CERTS_ROBOT_SECRET must be a secret of at most 256 visible characters without blanks';
  await expect(run).rejects.toThrow(problems);
  const page = await objects.list({ prefix: 'outbox/alerts/', limit: 10 });
  expect(page.objects.map(({ key }) => key)).toEqual([
    expect.stringMatching(/^outbox\/alerts\/critical\/configuration-invalid\./),
  ]);
  const [alert] = page.objects;
  const read = alert === undefined ? undefined : await objects.read({ key: alert.key, maxBytes: 65_536 });
  const text = read?.kind === 'found' ? read.bytes.toString('utf8') : '';
  expect(text).toContain(problems);
  expect(text).not.toContain('canary');
});
