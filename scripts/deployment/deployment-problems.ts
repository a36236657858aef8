import { SYamlError } from '../../local/fc/expressions.ts';
import type { FunctionDefinition } from '../../local/fc/function-definition.ts';
import { readFunctions, resolveSYaml } from '../../local/fc/s-yaml.ts';
import { readConfig } from '../../shared/config.ts';
import { CONFIG_VARIABLES, FUNCTION_NAMES, type FunctionName } from '../../shared/config-table.ts';
import { secretProblems, tellerProblems } from './teller-problems.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is about to be deployed. */
export interface Deployment {
  /** The text of `s.yaml`. */
  readonly sYaml: string;
  /** What `${env('…')}` in it sees. */
  readonly environment: Environment;
  /** Whether `dist/<name>.js` is there. */
  readonly hasBundle: (name: string) => boolean;
}

/** A deployment that nothing speaks against, or everything that does. */
export type DeploymentCheck =
  | { readonly ok: true; readonly functions: readonly FunctionDefinition[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Prefixes of the variables that are meant for this deployment and nothing else. */
const OURS = /^(?:MQTT_CERTS|DEPLOY)_/;

/** Every variable that `s.yaml` reads. */
const READ = /\$\{\s*env\(\s*['"]([A-Z][A-Z0-9_]*)['"]/g;

/** Must be set, because the value `s.yaml` has for them is an example of its shape. */
const EXAMPLES = {
  MQTT_CERTS_INSTANCES: 'instances',
  MQTT_CERTS_BUCKET: 'bucket',
  DEPLOY_ACCOUNT_ID: 'account',
} as const;

/**
 * Checks what `s deploy` would make of an environment, before anything is changed in the account: variables that
 * nothing reads (a typo leaves the default in force), values nobody set, examples, and every function's own reading of
 * its configuration, the shares of the call budget among it, who is given which secret, and whether somebody tells. Pure but for `hasBundle`; asks no service.
 */
export function checkDeployment(deployment: Deployment): DeploymentCheck {
  const problems = [...unreadVariables(deployment), ...missingVariables(deployment), ...exampleValues(deployment)];
  const functions = functionsOf(deployment);
  if (typeof functions === 'string') return { ok: false, problems: [...problems, functions] };
  problems.push(...functions.flatMap((definition) => functionProblems(definition, deployment)));
  if (problems.length > 0) return { ok: false, problems: onceEach(problems) };
  return { ok: true, functions };
}

/** What nobody set is not said again as missing by every function that reads it. */
function onceEach(problems: readonly string[]): readonly string[] {
  const all = new Set(problems);
  return [...all].filter((problem) => {
    const [name = ''] = problem.split(' ');
    return !problem.startsWith(`${name} is missing `) || !all.has(`${name} is not set`);
  });
}

function unreadVariables({ environment, sYaml }: Deployment): readonly string[] {
  const read = new Set(Array.from(sYaml.matchAll(READ), ([, name]) => name));
  return Object.keys(environment)
    .filter((name) => OURS.test(name) && !read.has(name))
    .sort()
    .map((name) => `${name} is set and s.yaml reads no such variable: mistyped, or to be unset`);
}

function missingVariables({ environment }: Deployment): readonly string[] {
  const required = Object.entries(CONFIG_VARIABLES)
    .filter(([, { fallback }]) => fallback === undefined)
    .map(([name]) => name);
  return [...required, 'DEPLOY_ACCOUNT_ID']
    .filter((name) => (environment[name] ?? '').trim() === '')
    .map((name) => `${name} is not set`);
}

function exampleValues({ environment, sYaml }: Deployment): readonly string[] {
  const { vars } = resolveSYaml(sYaml, {});
  return Object.entries(EXAMPLES).flatMap(([name, variable]) => {
    const example = vars[variable];
    const values = (environment[name] ?? '').split(',').map((value) => value.trim());
    return values.some((value) => value === example) ? [`${name} is the example of s.yaml (${String(example)})`] : [];
  });
}

/** The functions as they would be deployed, or what keeps `s.yaml` from being read. */
function functionsOf({ environment, sYaml }: Deployment): readonly FunctionDefinition[] | string {
  try {
    return readFunctions(resolveSYaml(sYaml, environment));
  } catch (error) {
    if (error instanceof SYamlError) return error.message;
    throw error;
  }
}

function functionProblems(definition: FunctionDefinition, { hasBundle }: Deployment): readonly string[] {
  const { concurrencyConfig, environmentVariables, handler, resource } = definition;
  const [bundle = ''] = handler.split('.');
  const problems = hasBundle(bundle) ? [] : [`dist/${bundle}.js is not there: run "npm run bundle"`];
  const name = FUNCTION_NAMES.find((one) => one === resource);
  if (name === undefined) return [...problems, `resources.${resource} is no function of this project`];
  problems.push(...secretProblems(name, definition));
  if (name === 'notify') problems.push(...tellerProblems(definition));
  const reading = readConfig<FunctionName>(environmentVariables, name);
  problems.push(...(reading.ok ? reading.config.doubts : reading.problems));
  const workers = Number(environmentVariables['MQTT_CERTS_REGISTER_WORKERS']);
  const { reservedConcurrency } = concurrencyConfig;
  if (name === 'register-ca' && reservedConcurrency > workers) {
    problems.push(
      `MQTT_CERTS_REGISTER_WORKERS is ${String(workers)}, but register-ca may run ${String(reservedConcurrency)} times at once (s.yaml)`,
    );
  }
  return problems;
}
