import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { loadSYaml, resolveSYaml } from '../../local/fc/s-yaml.ts';
import { CONFIG_VARIABLES, unknownVariables } from '../../shared/config-table.ts';

const PROJECT = join(import.meta.dirname, '../..');
const FILE = join(PROJECT, 's.yaml');

/** What the real Serverless Devs makes of `s.yaml`. Its home folder is a throw-away: it logs what it renders. */
async function preview(environment: Readonly<Record<string, string>>): Promise<unknown> {
  const home = mkdtempSync(join(tmpdir(), 's-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(PROJECT, 'node_modules/.bin/s'), 'preview', '-t', FILE, '-o', 'json', '--silent'],
    {
      // NODE_ENV=test keeps it from starting its telemetry and update-check processes.
      env: { PATH: process.env['PATH'], NODE_ENV: 'test', serverless_devs_config_home: home, ...environment },
      timeout: 60_000,
      maxBuffer: 1024 * 1024,
    },
  );
  return JSON.parse(stdout);
}

const OVERRIDES = {
  MQTT_CERTS_REGION: 'cn-shanghai',
  MQTT_CERTS_BUCKET: 'another-bucket',
  MQTT_CERTS_INSTANCES: 'post-cn-aaaa00001,mqtt-cn-bbbb00002',
  MQTT_CERTS_OSS_ENDPOINT: 'http://127.0.0.1:8001',
  MQTT_CERTS_CALLS_PER_SECOND: '40',
  DEPLOY_ACCOUNT_ID: '0042',
  DEPLOY_FUNCTION_PREFIX: 'fleet-',
  S_FC3_COMPONENT: './component',
};

test.each([
  ['its defaults', {}],
  ['every kind of override', OVERRIDES],
])('Serverless Devs and the local cloud read the same from s.yaml with %s', async (_name, environment) => {
  const theirs = await preview(environment);
  const ours = resolveSYaml(readFileSync(FILE, 'utf8'), environment);
  expect(theirs).toMatchObject({ edition: '3.0.0', name: ours.name, vars: ours.vars });
  const resources = (theirs as { resources: Record<string, { component: unknown; props: unknown }> }).resources;
  const read = Object.entries(resources).map(([name, { component, props }]) => [name, { component, props }]);
  expect(ours.resources).toEqual(Object.fromEntries(read));
});

test('the functions of s.yaml pass the strict reading, and have the settings the design depends on', () => {
  const { functions } = loadSYaml(FILE, OVERRIDES);
  const settings = functions.map(({ functionName, handler, timeout, concurrencyConfig, asyncInvokeConfig }) => ({
    functionName,
    handler,
    timeout,
    ...concurrencyConfig,
    ...asyncInvokeConfig,
  }));
  expect(settings).toEqual([
    {
      functionName: 'fleet-register-ca',
      handler: 'register-ca.handler',
      timeout: 120,
      reservedConcurrency: 10,
      maxAsyncRetryAttempts: 3,
      maxAsyncEventAgeInSeconds: 86400,
      destinationConfig: { onFailure: { destination: 'acs:fc:cn-shanghai:0042:functions/fleet-dead-letter' } },
    },
    {
      functionName: 'fleet-sweep',
      handler: 'sweep.handler',
      timeout: 900,
      reservedConcurrency: 2,
      maxAsyncRetryAttempts: 0,
      maxAsyncEventAgeInSeconds: 300,
      destinationConfig: { onFailure: { destination: 'acs:fc:cn-shanghai:0042:functions/fleet-dead-letter' } },
    },
    {
      functionName: 'fleet-notify',
      handler: 'notify.handler',
      timeout: 55,
      reservedConcurrency: 1,
      maxAsyncRetryAttempts: 0,
      maxAsyncEventAgeInSeconds: 60,
    },
    {
      functionName: 'fleet-dead-letter',
      handler: 'dead-letter.handler',
      timeout: 60,
      reservedConcurrency: 5,
      maxAsyncRetryAttempts: 8,
      maxAsyncEventAgeInSeconds: 604800,
    },
  ]);
  expect(functions[0]?.environmentVariables).toMatchObject({
    MQTT_CERTS_INSTANCES: 'post-cn-aaaa00001,mqtt-cn-bbbb00002',
    MQTT_CERTS_OSS_ENDPOINT: 'http://127.0.0.1:8001',
    MQTT_CERTS_MQTT_ENDPOINT: '',
    MQTT_CERTS_CALLS_PER_SECOND: '40',
  });
});

test('the share of a register worker is computed for as many workers as may run', () => {
  const [register] = loadSYaml(FILE, {}).functions;
  const workers = register?.concurrencyConfig.reservedConcurrency;
  expect([workers, register?.environmentVariables['MQTT_CERTS_REGISTER_WORKERS']]).toEqual([10, '10']);
});

test('the timer of the sweep fires as often as the sweep believes', () => {
  const sweepWith = (environment: Readonly<Record<string, string>>) => {
    const sweep = loadSYaml(FILE, environment).functions.find(({ resource }) => resource === 'sweep');
    const [timer] = sweep?.triggers ?? [];
    const schedule = timer?.triggerType === 'timer' ? timer.triggerConfig.cronExpression : undefined;
    return [schedule, sweep?.environmentVariables['MQTT_CERTS_SWEEP_INTERVAL_MINUTES']];
  };
  expect(sweepWith({})).toEqual(['@every 10m', '10']);
  expect(sweepWith({ MQTT_CERTS_SWEEP_INTERVAL_MINUTES: '60' })).toEqual(['@every 60m', '60']);
});

test('the teller comes every minute, and knows how often the sweep does', () => {
  const notify = loadSYaml(FILE, { MQTT_CERTS_SWEEP_INTERVAL_MINUTES: '60' }).functions.find(
    ({ resource }) => resource === 'notify',
  );
  expect(notify?.triggers).toMatchObject([{ triggerConfig: { cronExpression: '@every 1m', enable: true } }]);
  expect(notify?.environmentVariables['MQTT_CERTS_SWEEP_INTERVAL_MINUTES']).toBe('60');
});

test('address and secret of a robot are given to the teller alone', () => {
  const robot = { MQTT_CERTS_ROBOT_URL: 'https://robot.example/', MQTT_CERTS_SECOND_SECRET: 'whsec_x' };
  const given = loadSYaml(FILE, robot).functions.filter(({ environmentVariables }) =>
    Object.values(environmentVariables).some((value) => Object.values(robot).includes(value)),
  );
  expect(given.map(({ resource }) => resource)).toEqual(['notify']);
});

test('each function is given every variable it reads, and none that nobody knows', () => {
  for (const { resource, environmentVariables } of loadSYaml(FILE, {}).functions) {
    const given = Object.keys(environmentVariables);
    const read = Object.entries(CONFIG_VARIABLES).filter(([, { readBy }]) => readBy.some((name) => name === resource));
    expect([resource, read.map(([name]) => name).filter((name) => !given.includes(name))]).toEqual([resource, []]);
    expect([resource, unknownVariables(environmentVariables)]).toEqual([resource, []]);
  }
});

test('nothing but inbox/ triggers a function, so no write of ours can start another run', () => {
  const triggers = loadSYaml(FILE, {}).functions.flatMap((definition) => definition.triggers);
  const prefixes = triggers.flatMap((trigger) =>
    trigger.triggerType === 'oss' ? [trigger.triggerConfig.filter.key.prefix] : [],
  );
  expect(prefixes).toEqual(['inbox/']);
});

test('every event that a function fails for good goes to the dead-letter function; it has nowhere to send its own, and the teller needs no telling', () => {
  const destinations = loadSYaml(FILE, {}).functions.map(({ functionName, asyncInvokeConfig }) => [
    functionName,
    asyncInvokeConfig.destinationConfig?.onFailure?.destination,
  ]);
  const deadLetter = 'acs:fc:cn-hangzhou:1234567890123456:functions/dead-letter';
  for (const [name, destination] of destinations) {
    const isLast = name === 'dead-letter' || name === 'notify';
    expect([name, destination]).toEqual([name, isLast ? undefined : deadLetter]);
  }
  expect(destinations.length).toBeGreaterThanOrEqual(2);
});
