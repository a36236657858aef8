import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDeployment } from './deployment-problems.ts';

/**
 * What `scripts/check-deployment.mjs` runs before `s deploy`: says what would be deployed where, or why nothing may be.
 *
 * @returns The exit code; Serverless Devs gives up on anything but 0.
 */
export function main(projectFolder: string): number {
  const { env } = process;
  const check = checkDeployment({
    sYaml: readFileSync(join(projectFolder, 's.yaml'), 'utf8'),
    environment: env,
    hasBundle: (name) => existsSync(join(projectFolder, 'dist', `${name}.js`)),
  });
  if (!check.ok) {
    process.stderr.write(`Not deployed:\n${check.problems.map((problem) => `  - ${problem}\n`).join('')}`);
    return 1;
  }
  const names = check.functions.map(({ functionName }) => functionName).join(', ');
  const place = `account ${env['DEPLOY_ACCOUNT_ID'] ?? ''}, ${env['MQTT_CERTS_REGION'] ?? ''}`;
  const serves = `bucket ${env['MQTT_CERTS_BUCKET'] ?? ''}, instances ${env['MQTT_CERTS_INSTANCES'] ?? ''}`;
  process.stdout.write(`Deploying ${names} to ${place}: ${serves}\n`);
  return 0;
}
