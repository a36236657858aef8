import { expect, test } from 'vitest';
import { readFunctions, resolveSYaml } from '../../../../local/fc/s-yaml.ts';

const TIMER = `
        - { triggerName: tick, triggerType: timer, triggerConfig: { cronExpression: '@every 10m', enable: true } }`;
const OSS = `
        - triggerName: dropped
          triggerType: oss
          sourceArn: acs:oss:cn-hangzhou:1:some-bucket
          invocationRole: acs:ram::1:role/trigger
          triggerConfig: { events: ['oss:ObjectCreated:PutObject'], filter: { key: { prefix: inbox/, suffix: '' } } }`;

function file(extra = '', triggers = TIMER, more = ''): string {
  return `
edition: 3.0.0
name: test
vars: { region: "\${env('REGION', 'cn-hangzhou')}", arn: 'x:\${vars.region}' }
template:
  base:
    region: \${vars.region}
    runtime: nodejs20
    code: ./dist
    cpu: 0.35
    memorySize: 512
    diskSize: 512
    role: acs:ram::1:role/function
    logConfig: { project: p, logstore: l }
    environmentVariables: { A: under, B: '2' }
resources:
  first:
    component: fc3
    extend: { name: base }
    props:
      functionName: \${this.name}-fn
      handler: first.handler
      timeout: 60
      concurrencyConfig: { reservedConcurrency: 2 }
      asyncInvokeConfig: { maxAsyncRetryAttempts: 1, maxAsyncEventAgeInSeconds: 60 }
      environmentVariables: { A: over, C: '\${this.props.timeout}' }
${extra}
      triggers:${triggers}
${more}`;
}

const problemsOf = (text: string): string => {
  try {
    readFunctions(resolveSYaml(text, {}));
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

test('templates lie under the own properties, key by key, and expressions keep the type of what they name', () => {
  const [definition] = readFunctions(resolveSYaml(file().replace(`C: '\${this.props.timeout}'`, 'C: x'), {}));
  expect(definition).toMatchObject({
    resource: 'first',
    functionName: 'first-fn',
    region: 'cn-hangzhou',
    environmentVariables: { A: 'over', B: '2', C: 'x' },
  });
  expect(resolveSYaml(file(), {}).resources['first']?.props['environmentVariables']).toEqual({
    A: 'over',
    B: '2',
    C: 60,
  });
});

test('a variable that is set wins over the default, a blank one does not', () => {
  expect(resolveSYaml(file(), { REGION: 'cn-beijing' }).vars).toEqual({ region: 'cn-beijing', arn: 'x:cn-beijing' });
  expect(resolveSYaml(file(), { REGION: '' }).vars['region']).toBe('cn-hangzhou');
});

test.each([
  [
    'an unknown key',
    file('      timeOut: 5').replace(`C: '\${this.props.timeout}'`, 'C: x'),
    'resources.first.props.timeOut: unknown key',
  ],
  [
    'a number as environment value',
    file(),
    'resources.first.props.environmentVariables.C: Invalid type: Expected string but received 60',
  ],
  [
    'a trigger of unknown type',
    file('', TIMER.replace('timer', 'clock')),
    'resources.first.props.triggers.0.triggerType',
  ],
  [
    'a trigger without its role',
    file('', OSS.replace('invocationRole: acs:ram::1:role/trigger', '')),
    'resources.first.props.triggers.0.invocationRole: is missing',
  ],
  [
    'a misspelt event',
    file('', OSS.replace('PutObject', 'Putobject')),
    'resources.first.props.triggers.0.triggerConfig.events.0',
  ],
  [
    'an unreadable schedule',
    file('', TIMER.replace('10m', '10')),
    'triggers.0.triggerConfig.cronExpression: @every needs a duration',
  ],
  ['a missing handler', file().replace('handler: first.handler', ''), 'resources.first.props.handler: is missing'],
  [
    'a handler in a sub-folder',
    file().replace('first.handler', 'a/first.handler'),
    'resources.first.props.handler: must be FILE.METHOD',
  ],
  [
    'a memory size FC does not have',
    file().replace('memorySize: 512', 'memorySize: 500'),
    'resources.first.props.memorySize',
  ],
])('%s is an error that names its path', (_name, text, problem) => {
  expect(problemsOf(text)).toContain(problem);
});

test('a destination outside the file is an error', () => {
  const destinationConfig =
    "destinationConfig: { onFailure: { destination: 'acs:fc:cn-hangzhou:1:functions/nobody' } }";
  const text = file().replace('maxAsyncEventAgeInSeconds: 60', `maxAsyncEventAgeInSeconds: 60, ${destinationConfig}`);
  expect(problemsOf(text.replace(`C: '\${this.props.timeout}'`, 'C: x'))).toContain('no function nobody in this file');
});

test.each([
  ['edition: 2.0.0\nresources: {}', 'edition: must be 3.0.0'],
  [`edition: 3.0.0\nvars: { a: '\${vars.b}' }\nresources: {}`, `vars.a: \${vars.b} names nothing`],
  [`edition: 3.0.0\nvars: { a: '\${vars.a}' }\nresources: {}`, 'vars.a: the value refers to itself'],
  [
    `edition: 3.0.0\nvars: { a: "\${env('NOT_SET')}" }\nresources: {}`,
    'vars.a: the environment variable NOT_SET is not set',
  ],
  [
    `edition: 3.0.0\nvars: { a: "\${file('x')}" }\nresources: {}`,
    `vars.a: the local cloud does not know the expression \${file('x')}`,
  ],
  [`edition: 3.0.0\nvars: { a: '\${vars.constructor}' }\nresources: {}`, `vars.a: \${vars.constructor} names nothing`],
  ['edition: 3.0.0\nedition: 3.0.0', 's.yaml is not readable'],
  ['edition: 3.0.0\nresource: {}', 'resource: unknown key'],
])('%j is refused', (text, problem) => {
  expect(problemsOf(text)).toContain(problem);
});
