import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type LocalCloud, startCloud } from '../../local/cloud.ts';
import { bundleFunctions } from '../../scripts/bundle.ts';
import { type OssClient, ossClient } from '../../shared/adapters/oss-client.ts';
import { bundledWorker, PROJECT } from '../contract/local-fc/fc-world.ts';

/** The deployable bundles on a local cloud, whose timers come only when told to. */
async function deployed(
  environment: Readonly<Record<string, string>> = {},
): Promise<{
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

test('a teller with a wrong setting says in the outbox which one, and shows nothing of it', async () => {
  const { cloud, keys, bucket } = await deployed({ MQTT_CERTS_QUIET_HOURS: 'canary' });
  await cloud.fc.tick('notify');
  await cloud.fc.idle();
  const [alert = '', ...spooled] = await keys();
  expect(alert).toMatch(/^outbox\/alerts\/critical\/configuration-invalid\./);
  expect(spooled.length).toBe(1); // the log store may be what is wrong: it is not asked
  const { bytes } = await bucket.get({ key: alert, headers: {}, maxBytes: 100_000, timeoutMs: 5000 });
  const record = JSON.parse(bytes.toString('utf8')) as Readonly<Record<string, string>>;
  expect(record['detail']).toBe(
    'Function notify can not run, its configuration is wrong: MQTT_CERTS_QUIET_HOURS must be two different times of the day, such as 22:00-07:30',
  );
  expect(cloud.chats.dingtalk.messages()).toEqual([]);
});
