import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkDeployment } from '../../../scripts/deployment/deployment-problems.ts';

const S_YAML = readFileSync(join(import.meta.dirname, '../../../s.yaml'), 'utf8');

/** Everything an operator has to export, and two things that are none of ours. */
const EXPORTED = {
  MQTT_CERTS_REGION: 'cn-shanghai',
  MQTT_CERTS_BUCKET: 'plant-certs',
  MQTT_CERTS_INSTANCES: 'post-cn-aaaa1111,mqtt-cn-bbbb2222',
  MQTT_CERTS_LOG_PROJECT: 'plant-logs',
  MQTT_CERTS_LOG_STORE: 'outcomes',
  MQTT_CERTS_ROBOT_URL: 'https://oapi.dingtalk.com/robot/send?access_token=canary',
  DEPLOY_ACCOUNT_ID: '1000000000000042',
  PATH: '/usr/bin',
  MY_DEPLOY_KEY: 'x',
};

function problemsWith(
  changes: Readonly<Record<string, string | undefined>>,
  more: { readonly sYaml?: string; readonly hasBundle?: (name: string) => boolean } = {},
): readonly string[] {
  const environment = { ...EXPORTED, ...changes };
  const check = checkDeployment({ sYaml: S_YAML, environment, hasBundle: () => true, ...more });
  return check.ok ? [] : check.problems;
}

test('with everything exported nothing speaks against a deployment', () => {
  const check = checkDeployment({ sYaml: S_YAML, environment: EXPORTED, hasBundle: () => true });
  expect(check.ok && check.functions.map(({ functionName }) => functionName)).toEqual([
    'register-ca',
    'sweep',
    'notify',
    'dead-letter',
  ]);
});

test('a variable that s.yaml does not read is refused, however near it is to one that it reads', () => {
  expect(problemsWith({ MQTT_CERTS_REACTIVTE: 'observe', DEPLOY_FUNCTION_PREFX: 'fleet-' })).toEqual([
    'DEPLOY_FUNCTION_PREFX is set and s.yaml reads no such variable: mistyped, or to be unset',
    'MQTT_CERTS_REACTIVTE is set and s.yaml reads no such variable: mistyped, or to be unset',
  ]);
});

test('every value that s.yaml only has an example for must be set; blank is not set', () => {
  const nothing = Object.fromEntries(Object.keys(EXPORTED).map((name) => [name, undefined]));
  expect(problemsWith({ ...nothing, MQTT_CERTS_BUCKET: ' ' })).toEqual(
    expect.arrayContaining([
      'MQTT_CERTS_INSTANCES is not set',
      'MQTT_CERTS_REGION is not set',
      'MQTT_CERTS_BUCKET is not set',
      'MQTT_CERTS_LOG_PROJECT is not set',
      'MQTT_CERTS_LOG_STORE is not set',
      'MQTT_CERTS_ROBOT_URL is not set',
      'DEPLOY_ACCOUNT_ID is not set',
    ]),
  );
});

test.each([
  ['MQTT_CERTS_INSTANCES', 'post-cn-aaaa1111, post-cn-example00001', 'post-cn-example00001'],
  ['MQTT_CERTS_BUCKET', 'mqtt-cert-pipeline', 'mqtt-cert-pipeline'],
  ['DEPLOY_ACCOUNT_ID', '1234567890123456', '1234567890123456'],
])('an example is no value: %s=%s', (name, value, example) => {
  expect(problemsWith({ [name]: value })).toEqual([`${name} is the example of s.yaml (${example})`]);
});

test('shares that add up to more than the call budget are refused, once', () => {
  expect(problemsWith({ MQTT_CERTS_SWEEP_CALLS_PER_SECOND: '71' })).toEqual([
    'MQTT_CERTS_CALLS_PER_SECOND is 100, but the shares add up to 101 (10 register workers × 3 + 71 for the sweep)',
  ]);
});

test('a budget computed for fewer workers than may run is refused', () => {
  expect(problemsWith({ MQTT_CERTS_REGISTER_WORKERS: '9' })).toEqual([
    'MQTT_CERTS_REGISTER_WORKERS is 9, but register-ca may run 10 times at once (s.yaml)',
  ]);
});

test('what a function would refuse when it starts is refused before it is deployed', () => {
  expect(problemsWith({ MQTT_CERTS_REACTIVATE: 'yes', MQTT_CERTS_PAIR_DEADLINE_MINUTES: '0' })).toEqual([
    'MQTT_CERTS_PAIR_DEADLINE_MINUTES must be a whole number from 1 to 1440',
    'MQTT_CERTS_REACTIVATE must be one of act, observe',
  ]);
});

test('what nobody set is said once', () => {
  expect(problemsWith({ MQTT_CERTS_ROBOT_URL: '' })).toEqual(['MQTT_CERTS_ROBOT_URL is not set']);
});

test('a robot that can not be used is refused, and nothing of its address is shown', () => {
  const problems = problemsWith({
    MQTT_CERTS_ROBOT_URL: 'http://oapi.dingtalk.com/robot/send?access_token=canary',
    MQTT_CERTS_SECOND_KIND: 'webhook',
    MQTT_CERTS_LANGUAGE: 'de',
  });
  expect(problems).toEqual([
    'MQTT_CERTS_ROBOT_URL must be https (http is for this machine only)',
    'MQTT_CERTS_SECOND_URL is blank, but MQTT_CERTS_SECOND_KIND is set',
    'MQTT_CERTS_LANGUAGE must be one of zh, en, both',
  ]);
});

test('what the teller would go on without is refused before it is deployed all the same', () => {
  expect(problemsWith({ MQTT_CERTS_QUIET_HOURS: '22-7' })).toEqual([
    'MQTT_CERTS_QUIET_HOURS must be two different times of the day, such as 22:00-07:30',
  ]);
});

test('a secret of the robot is given to the teller alone', () => {
  const [robot = ''] = /^ +MQTT_CERTS_ROBOT_URL: .*\n/m.exec(S_YAML) ?? [];
  const leaky = S_YAML.replace(/^ +MQTT_CERTS_LOG_STORE: .*\n/m, (line) => line + robot.replace(/^ +/, '      '));
  expect(problemsWith({}, { sYaml: leaky })).toEqual([
    'MQTT_CERTS_ROBOT_URL is a secret that register-ca does not read: s.yaml must not give it to it',
    'MQTT_CERTS_ROBOT_URL is a secret that sweep does not read: s.yaml must not give it to it',
    'MQTT_CERTS_ROBOT_URL is a secret that dead-letter does not read: s.yaml must not give it to it',
  ]);
});

test.each([['"@every 5m"'], ['"0 0 * * * *"'], ['"0 0-58 * * * *"'], ['"@every 1m"\n            enable: false']])(
  'a teller that does not come every minute is refused: %s',
  (instead) => {
    const sYaml = S_YAML.replace(
      /"@every 1m"(?:\n +enable: true)?/,
      instead.includes('enable') ? instead : `${instead}\n            enable: true`,
    );
    expect(problemsWith({}, { sYaml })).toEqual(['notify has no timer that fires every minute (s.yaml)']);
  },
);

test('two tellers at once are refused; a timer of another spelling is not', () => {
  const twice = S_YAML.replace('reservedConcurrency: 1\n', 'reservedConcurrency: 3\n');
  expect(problemsWith({}, { sYaml: twice })).toEqual(['notify may run once at a time and no more (s.yaml)']);
  expect(problemsWith({}, { sYaml: S_YAML.replace('"@every 1m"', '"0 * * * * *"') })).toEqual([]);
});

test('what s.yaml cannot be read for is told with the rest', () => {
  const problems = problemsWith({ DEPLOY_ACCOUNT_ID: 'mine', DEPLOY_X: '1' });
  expect(problems[0]).toMatch(/^DEPLOY_X is set/);
  expect(problems[1]).toContain('resources.register-ca.props.role: must be the ARN of a lower-case role');
});

test('a function without a bundle is not deployed', () => {
  expect(problemsWith({}, { hasBundle: (name) => name !== 'sweep' })).toEqual([
    'dist/sweep.js is not there: run "npm run bundle"',
  ]);
});
