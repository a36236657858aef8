import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');

/** Stands where the deployment component is: notes what it was told to deploy, and with which code. */
const COMPONENT = `
const { appendFileSync, readdirSync } = require('node:fs');
module.exports = class {
  deploy({ props }) {
    const bundles = readdirSync(props.code).filter((name) => name.endsWith('.js')).sort();
    appendFileSync('deployed.jsonl', JSON.stringify([props.functionName, bundles]) + '\\n');
    return {};
  }
};
`;

/** Everything a deployment is made with; the command line is no part of it. */
const DEPLOYED_FROM = ['functions', 'shared', 'local', 'scripts/deployment'].concat(
  ['run.mjs', 'bundle.ts', 'check-deployment.mjs'].map((file) => join('scripts', file)),
);

const EXPORTED = {
  MQTT_CERTS_REGION: 'cn-shanghai',
  MQTT_CERTS_BUCKET: 'plant-certs',
  MQTT_CERTS_INSTANCES: 'post-cn-aaaa1111',
  MQTT_CERTS_LOG_PROJECT: 'plant-logs',
  MQTT_CERTS_LOG_STORE: 'outcomes',
  MQTT_CERTS_ROBOT_URL: 'https://oapi.dingtalk.com/robot/send?access_token=canary',
  DEPLOY_ACCOUNT_ID: '1000000000000042',
};

/** This project, never bundled, with a deployment component that reaches nobody. */
function newProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const path of [...DEPLOYED_FROM, 's.yaml', 'package.json', 'tsconfig.json']) {
    cpSync(join(PROJECT, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'component'));
  writeFileSync(join(folder, 'component/index.js'), COMPONENT);
  writeFileSync(join(folder, 'component/package.json'), '{"name":"component","version":"1.0.0","type":"commonjs"}');
  return folder;
}

/** The real Serverless Devs. Its home folder is in the project: no credentials, no trace on this machine. */
function deploy(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly succeeded: boolean; readonly printed: string }> {
  const env = {
    PATH: process.env['PATH'],
    NODE_ENV: 'test',
    serverless_devs_config_home: join(folder, 'home'),
    S_FC3_COMPONENT: './component',
    ...environment,
  };
  return new Promise((resolve) => {
    const args = [join(PROJECT, 'node_modules/.bin/s'), 'deploy', '-y', '-t', join(folder, 's.yaml')];
    execFile(process.execPath, args, { cwd: folder, env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ succeeded: error === null, printed: stdout + stderr });
    });
  });
}

test('a deployment bundles first, says what goes where, and hands every function over', async () => {
  const folder = newProject();
  const { printed, succeeded } = await deploy(folder, EXPORTED);
  expect([succeeded, printed]).toEqual([true, expect.stringContaining('account 1000000000000042, cn-shanghai')]);
  expect(printed).not.toContain('canary');
  const bundles = ['dead-letter.js', 'notify.js', 'register-ca.js', 'sweep.js'];
  const deployed = readFileSync(join(folder, 'deployed.jsonl'), 'utf8').trim().split('\n');
  expect(deployed.map((line) => JSON.parse(line) as unknown)).toEqual([
    ['register-ca', bundles],
    ['sweep', bundles],
    ['notify', bundles],
    ['dead-letter', bundles],
  ]);
});

test('with a mistyped variable and a forgotten one nothing at all is deployed', async () => {
  const folder = newProject();
  const { MQTT_CERTS_BUCKET: _, ...rest } = EXPORTED;
  const { printed, succeeded } = await deploy(folder, { ...rest, MQTT_CERTS_BUKET: 'plant-certs' });
  expect(succeeded).toBe(false);
  expect(printed).toContain('MQTT_CERTS_BUKET is set and s.yaml reads no such variable');
  expect(printed).toContain('MQTT_CERTS_BUCKET is not set');
  expect(existsSync(join(folder, 'deployed.jsonl'))).toBe(false);
});
