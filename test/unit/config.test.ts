import { expect, test } from 'vitest';
import { CONFIG_VARIABLES, readConfig } from '../../shared/config.ts';

const GOOD = {
  MQTT_CERTS_INSTANCES: 'post-cn-aaaa1111, mqtt-cn-bbbb2222',
  MQTT_CERTS_REGION: 'cn-hangzhou',
  MQTT_CERTS_BUCKET: 'plant-certs',
  MQTT_CERTS_LOG_PROJECT: 'plant-logs',
  MQTT_CERTS_LOG_STORE: 'cert-outcomes',
};

const read = (environment: Record<string, string | undefined>) => readConfig(environment, 'register-ca');

test('five values are enough; the rest has defaults and endpoints come from the region', () => {
  const reading = read(GOOD);
  expect(reading).toMatchObject({
    ok: true,
    config: {
      instances: ['post-cn-aaaa1111', 'mqtt-cn-bbbb2222'],
      endpoints: {
        oss: { protocol: 'https', host: 'oss-cn-hangzhou-internal.aliyuncs.com' },
        mqtt: { protocol: 'https', host: 'onsmqtt.cn-hangzhou.aliyuncs.com' },
        log: { protocol: 'https', host: 'cn-hangzhou-intranet.log.aliyuncs.com' },
      },
      mqttParameters: 'query',
      workerCallsPerSecond: 3,
      pairDeadline: 900_000,
      unknownVariables: [],
    },
  });
});

test('blank is missing, and all problems come together', () => {
  const reading = read({
    ...GOOD,
    MQTT_CERTS_BUCKET: ' ',
    MQTT_CERTS_INSTANCES: 'post cn',
    MQTT_CERTS_PAIR_DEADLINE_MINUTES: '8s',
  });
  expect(reading.ok ? [] : reading.problems.map((problem) => problem.split(' ')[0])).toEqual([
    'MQTT_CERTS_BUCKET',
    'MQTT_CERTS_INSTANCES',
    'MQTT_CERTS_PAIR_DEADLINE_MINUTES',
  ]);
});

test('shares that add up to more than the budget are refused with the sum', () => {
  const reading = read({ ...GOOD, MQTT_CERTS_CALLS_PER_SECOND: '99' });
  expect(reading.ok ? [] : reading.problems).toEqual([
    'MQTT_CERTS_CALLS_PER_SECOND is 99, but the shares add up to 100 (10 register workers × 3 + 70 for the sweep)',
  ]);
});

test('plain http is for this machine only, and a URL with anything else in it is refused', () => {
  const ok = (url: string): boolean => read({ ...GOOD, MQTT_CERTS_MQTT_ENDPOINT: url }).ok;
  expect(ok('http://127.0.0.1:9000')).toBe(true);
  expect(ok('https://onsmqtt-vpc.cn-hangzhou.aliyuncs.com')).toBe(true);
  expect(ok('http://onsmqtt.cn-hangzhou.aliyuncs.com')).toBe(false);
  expect(ok('https://user:secret@onsmqtt.cn-hangzhou.aliyuncs.com')).toBe(false);
  expect(ok('https://onsmqtt.cn-hangzhou.aliyuncs.com/path?x=1')).toBe(false);
});

test('a misspelt variable is named, never passed over', () => {
  const reading = read({ ...GOOD, MQTT_CERTS_INSTANSES: 'x' });
  expect(reading).toMatchObject({ ok: true, config: { unknownVariables: ['MQTT_CERTS_INSTANSES'] } });
});

test('bucket and endpoint survive a broken configuration, so that it can be told there', () => {
  const reading = read({ ...GOOD, MQTT_CERTS_LOG_STORE: '', MQTT_CERTS_OSS_ENDPOINT: 'http://127.0.0.1:7' });
  expect(reading).toMatchObject({
    ok: false,
    partial: { bucket: 'plant-certs', region: 'cn-hangzhou', ossEndpoint: { protocol: 'http', host: '127.0.0.1:7' } },
  });
});

test('a change of any value changes the digest', () => {
  const digest = (environment: Record<string, string>): string => {
    const reading = read(environment);
    return reading.ok ? reading.config.digest : 'broken';
  };
  expect(digest(GOOD)).toMatch(/^[0-9a-f]{16}$/);
  expect(digest({ ...GOOD, MQTT_CERTS_LOG_STORE: 'other-store' })).not.toBe(digest(GOOD));
});

test('every variable says what it means', () => {
  for (const { meaning } of Object.values(CONFIG_VARIABLES)) expect(meaning.length).toBeGreaterThan(10);
});
