import { expect, test } from 'vitest';
import { readConfig } from '../../shared/config.ts';
import { CONFIG_VARIABLES } from '../../shared/config-table.ts';

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
  expect(ok('https://:secret@onsmqtt.cn-hangzhou.aliyuncs.com')).toBe(false);
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

test('the sweep acts, lists, and waits for nothing unless told otherwise', () => {
  const reading = readConfig(GOOD, 'sweep');
  expect(reading).toMatchObject({
    ok: true,
    config: {
      endpoints: { fc: undefined, mqtt: { protocol: 'https', host: 'onsmqtt.cn-hangzhou.aliyuncs.com' } },
      workerCallsPerSecond: 70,
      interval: 600_000,
      read: 'list',
      reactivate: 'act',
      reactivateAfter: 0,
      firstSight: 'act',
    },
  });
  expect(reading.ok && 'pairDeadline' in reading.config).toBe(false);
});

test('every switch of the sweep can be turned', () => {
  const reading = readConfig(
    {
      ...GOOD,
      MQTT_CERTS_SWEEP_CALLS_PER_SECOND: '60',
      MQTT_CERTS_FC_ENDPOINT: 'https://1234567890123456.cn-hangzhou-internal.fc.aliyuncs.com',
      MQTT_CERTS_SWEEP_INTERVAL_MINUTES: '60',
      MQTT_CERTS_READ: 'get',
      MQTT_CERTS_REACTIVATE: 'observe',
      MQTT_CERTS_REACTIVATE_AFTER_MINUTES: '90',
      MQTT_CERTS_FIRST_SIGHT: 'ask',
    },
    'sweep',
  );
  expect(reading).toMatchObject({
    ok: true,
    config: {
      endpoints: { fc: { protocol: 'https', host: '1234567890123456.cn-hangzhou-internal.fc.aliyuncs.com' } },
      workerCallsPerSecond: 60,
      interval: 3_600_000,
      read: 'get',
      reactivate: 'observe',
      reactivateAfter: 5_400_000,
      firstSight: 'ask',
    },
  });
});

test('a sweep without a share, or with a word that is no choice, does not run', () => {
  const problemsOf = (environment: Record<string, string>): readonly string[] => {
    const reading = readConfig({ ...GOOD, ...environment }, 'sweep');
    return reading.ok ? [] : reading.problems;
  };
  expect(problemsOf({ MQTT_CERTS_SWEEP_CALLS_PER_SECOND: '0' })).toEqual([
    'MQTT_CERTS_SWEEP_CALLS_PER_SECOND must be a whole number from 1 to 290',
  ]);
  expect(read({ ...GOOD, MQTT_CERTS_SWEEP_CALLS_PER_SECOND: '0' }).ok).toBe(true); // register-ca alone is fine
  expect(problemsOf({ MQTT_CERTS_REACTIVATE: 'yes', MQTT_CERTS_READ: 'List' })).toEqual([
    'MQTT_CERTS_READ must be one of list, get',
    'MQTT_CERTS_REACTIVATE must be one of act, observe',
  ]);
});

test('the dead-letter function needs no more than a bucket and a log store', () => {
  const reading = readConfig({ ...GOOD, MQTT_CERTS_INSTANCES: '', MQTT_CERTS_READ: 'nonsense' }, 'dead-letter');
  expect(reading).toMatchObject({ ok: true, config: { bucket: 'plant-certs', logStore: 'cert-outcomes' } });
  expect(readConfig({ ...GOOD, MQTT_CERTS_BUCKET: '' }, 'dead-letter')).toMatchObject({ ok: false });
});

const ROBOT = {
  ...GOOD,
  MQTT_CERTS_ROBOT_URL: 'https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef',
  MQTT_CERTS_ROBOT_SECRET: 'SECfeedfacecafebeef',
};

const SECOND = {
  MQTT_CERTS_SECOND_KIND: 'webhook',
  MQTT_CERTS_SECOND_URL: 'https://hooks.example/alerts',
  MQTT_CERTS_SECOND_SECRET: 'whsec_c2VjcmV0IG9mIGEgd2ViaG9vayE=',
};

test('the teller needs an address; it tells in both languages, at every hour, and proves itself daily', () => {
  expect(readConfig(ROBOT, 'notify')).toMatchObject({
    ok: true,
    config: {
      robot: { kind: 'dingtalk', url: ROBOT.MQTT_CERTS_ROBOT_URL, secret: 'SECfeedfacecafebeef' },
      secondRobot: undefined,
      keyword: '',
      language: 'both',
      quietHours: undefined,
      timeZone: 'Asia/Shanghai',
      canary: 'daily',
      sweepInterval: 600_000,
    },
  });
  expect(readConfig(GOOD, 'notify')).toMatchObject({
    ok: false,
    problems: [expect.stringMatching(/^MQTT_CERTS_ROBOT_URL is missing/)],
  });
});

test('every switch of the teller can be turned', () => {
  const reading = readConfig(
    {
      ...ROBOT,
      ...SECOND,
      MQTT_CERTS_ROBOT_KIND: 'slack',
      MQTT_CERTS_ROBOT_KEYWORD: '证书',
      MQTT_CERTS_LANGUAGE: 'zh',
      MQTT_CERTS_QUIET_HOURS: '22:00-07:30',
      MQTT_CERTS_TIME_ZONE: 'Europe/Berlin',
      MQTT_CERTS_CANARY: 'weekly',
      MQTT_CERTS_SWEEP_INTERVAL_MINUTES: '60',
    },
    'notify',
  );
  expect(reading).toMatchObject({
    ok: true,
    config: {
      robot: { kind: 'slack' },
      secondRobot: {
        kind: 'webhook',
        url: 'https://hooks.example/alerts',
        secret: 'whsec_c2VjcmV0IG9mIGEgd2ViaG9vayE=',
      },
      keyword: '证书',
      language: 'zh',
      quietHours: { fromMinute: 1320, toMinute: 450 },
      timeZone: 'Europe/Berlin',
      canary: 'weekly',
      sweepInterval: 3_600_000,
    },
  });
});

test('a second robot is there with kind and address, or not at all', () => {
  const problemsOf = (names: readonly (keyof typeof SECOND)[]): readonly string[] => {
    const reading = readConfig(
      { ...ROBOT, ...Object.fromEntries(names.map((name) => [name, SECOND[name]])) },
      'notify',
    );
    return reading.ok ? reading.config.doubts : reading.problems;
  };
  expect(problemsOf(['MQTT_CERTS_SECOND_KIND'])).toEqual([
    'MQTT_CERTS_SECOND_URL is blank, but MQTT_CERTS_SECOND_KIND is set',
  ]);
  expect(problemsOf(['MQTT_CERTS_SECOND_URL'])).toEqual([
    'MQTT_CERTS_SECOND_KIND is blank, but MQTT_CERTS_SECOND_URL is set',
  ]);
  expect(problemsOf(['MQTT_CERTS_SECOND_SECRET'])).toEqual([
    'MQTT_CERTS_SECOND_KIND is blank, but MQTT_CERTS_SECOND_SECRET is set',
    'MQTT_CERTS_SECOND_URL is blank, but MQTT_CERTS_SECOND_SECRET is set',
  ]);
  expect(problemsOf(['MQTT_CERTS_SECOND_KIND', 'MQTT_CERTS_SECOND_URL'])).toEqual([
    'MQTT_CERTS_SECOND_SECRET must be whsec_ and at least 16 bytes in base64, for a webhook',
  ]);
  expect(problemsOf(['MQTT_CERTS_SECOND_KIND', 'MQTT_CERTS_SECOND_URL', 'MQTT_CERTS_SECOND_SECRET'])).toEqual([]);
});

test.each([
  ['MQTT_CERTS_ROBOT_URL', 'http://oapi.dingtalk.com/robot/send?access_token=canary', 'must be https'],
  ['MQTT_CERTS_ROBOT_URL', 'https://canary:canary@oapi.dingtalk.com/', 'must be a URL without user'],
  ['MQTT_CERTS_ROBOT_URL', 'https://oapi.dingtalk.com/#canary', 'must be a URL without user'],
  ['MQTT_CERTS_ROBOT_URL', 'canary', 'must be a URL without user'],
  ['MQTT_CERTS_ROBOT_URL', `https://oapi.dingtalk.com/${'canary'.repeat(200)}`, 'must be a URL without user'],
  ['MQTT_CERTS_ROBOT_SECRET', 'canary canary', 'must be a secret of at most 256'],
  ['MQTT_CERTS_ROBOT_SECRET', 'canary'.repeat(50), 'must be a secret of at most 256'],
  ['MQTT_CERTS_ROBOT_KIND', 'canary', 'must be one of dingtalk, webhook, feishu, wecom, slack'],
])('%s is refused in words that show nothing of what was set (%s)', (name, value, problem) => {
  const reading = readConfig({ ...ROBOT, [name]: value }, 'notify');
  expect(reading).toMatchObject({ ok: false, problems: [expect.stringContaining(`${name} ${problem}`)] });
  expect(reading.ok ? '' : reading.problems.join()).not.toContain('canary');
});

test.each([
  ['MQTT_CERTS_ROBOT_KEYWORD', '<canary>', 'must be at most 20 characters', { keyword: '' }],
  ['MQTT_CERTS_LANGUAGE', 'canary', 'must be one of zh, en, both', { language: 'both' }],
  ['MQTT_CERTS_QUIET_HOURS', '22-7', 'must be two different times', { quietHours: undefined }],
  ['MQTT_CERTS_QUIET_HOURS', '07:00-07:00', 'must be two different times', { quietHours: undefined }],
  ['MQTT_CERTS_TIME_ZONE', 'canary/Olympus', 'must be the IANA name', { timeZone: 'Asia/Shanghai' }],
  ['MQTT_CERTS_CANARY', 'hourly', 'must be one of off, daily, weekly', { canary: 'daily' }],
  ['MQTT_CERTS_SWEEP_INTERVAL_MINUTES', '0', 'must be a whole number from 1', { sweepInterval: 600_000 }],
  ['MQTT_CERTS_SECOND_SECRET', 'canary', 'is set', { secondRobot: undefined }],
])('a wrong %s (%s) keeps nobody from being told', (name, value, problem, inForce) => {
  const reading = readConfig({ ...ROBOT, [name]: value }, 'notify');
  expect(reading).toMatchObject({ ok: true, config: inForce });
  const doubts = reading.ok ? reading.config.doubts.join() : '';
  expect(doubts).toContain(`${name} ${problem}`);
  expect(doubts).not.toContain('canary');
});

test('plain http to a robot is for this machine only', () => {
  const url = 'http://127.0.0.1:8085/robot/send?access_token=x';
  expect(readConfig({ ...ROBOT, MQTT_CERTS_ROBOT_URL: url }, 'notify')).toMatchObject({
    ok: true,
    config: { robot: { url } },
  });
});

test('no secret goes into the digest, and every other setting does', () => {
  const digest = (environment: Record<string, string>): string => {
    const reading = readConfig({ ...ROBOT, ...environment }, 'notify');
    return reading.ok ? reading.config.digest : 'broken';
  };
  expect(digest({ MQTT_CERTS_ROBOT_SECRET: 'SECother', MQTT_CERTS_ROBOT_URL: 'https://other.example/' })).toBe(
    digest({}),
  );
  expect(digest({ MQTT_CERTS_LANGUAGE: 'en' })).not.toBe(digest({}));
});

test('all functions of a deployment see the same digest', () => {
  const digests = (['register-ca', 'sweep', 'notify', 'dead-letter'] as const).map((name) => {
    const reading = readConfig(ROBOT, name);
    return reading.ok ? reading.config.digest : '';
  });
  expect(new Set(digests).size).toBe(1);
});

test('every variable says what it means', () => {
  for (const { meaning } of Object.values(CONFIG_VARIABLES)) expect(meaning.length).toBeGreaterThan(10);
});
