import * as v from 'valibot';
import { parseSchedule } from './schedule.ts';

/** Where a result of an asynchronous call goes: a function of the same cloud. */
export interface FunctionArn {
  readonly region: string;
  /** May be empty, meaning the own account (`acs:fc:REGION::functions/NAME`). */
  readonly account: string;
  readonly functionName: string;
}

const FUNCTION_ARN = /^acs:fc:([a-z0-9-]+):(\d*):functions\/([A-Za-z_][A-Za-z0-9_-]{0,63})$/;

/** Reads `acs:fc:REGION:ACCOUNT:functions/NAME`; `undefined` for anything else. */
export function parseFunctionArn(text: string): FunctionArn | undefined {
  const parts = FUNCTION_ARN.exec(text);
  if (parts === null) return undefined;
  return { region: parts[1] ?? '', account: parts[2] ?? '', functionName: parts[3] ?? '' };
}

const OBJECT_EVENTS = [
  'ObjectCreated:*',
  'ObjectCreated:PutObject',
  'ObjectCreated:PostObject',
  'ObjectCreated:CopyObject',
  'ObjectCreated:PutSymlink',
  'ObjectCreated:AppendObject',
  'ObjectCreated:InitiateMultipartUpload',
  'ObjectCreated:UploadPart',
  'ObjectCreated:UploadPartCopy',
  'ObjectCreated:CompleteMultipartUpload',
  'ObjectRemoved:DeleteObject',
  'ObjectRemoved:DeleteObjects',
  'ObjectRemoved:AbortMultipartUpload',
  'ObjectModified:UpdateObjectMeta',
].map((name) => `oss:${name}`);

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const wholeNumber = (least: number, most: number) =>
  v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(least), v.maxValue(most));
const roleArn = v.pipe(v.string(), v.regex(/^acs:ram::\d+:role\/[a-z0-9-]+$/, 'must be the ARN of a lower-case role'));
const name = (most: number) =>
  v.pipe(
    v.string(),
    v.regex(/^[A-Za-z_][A-Za-z0-9_-]*$/, 'must be a name of letters, digits, _ and -'),
    v.maxLength(most),
  );

const triggerBase = { triggerName: name(128), qualifier: v.optional(text), description: v.optional(v.string()) };

const ossTrigger = v.strictObject({
  ...triggerBase,
  triggerType: v.literal('oss'),
  // Without both, the component would create a role in the account that may invoke every function.
  sourceArn: v.pipe(
    v.string(),
    v.regex(/^acs:oss:[a-z0-9-]+:\d+:[a-z0-9-]+$/, 'must be acs:oss:REGION:ACCOUNT:BUCKET'),
  ),
  invocationRole: roleArn,
  triggerConfig: v.strictObject({
    events: v.pipe(v.array(v.picklist(OBJECT_EVENTS)), v.minLength(1)),
    filter: v.strictObject({ key: v.strictObject({ prefix: v.string(), suffix: v.string() }) }),
  }),
});

const timerTrigger = v.strictObject({
  ...triggerBase,
  triggerType: v.literal('timer'),
  triggerConfig: v.strictObject({
    cronExpression: v.pipe(
      v.string(),
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed) return;
        const read = parseSchedule(dataset.value);
        if (!read.ok) addIssue({ message: read.problem });
      }),
    ),
    enable: v.boolean(),
    payload: v.optional(v.string(), ''),
  }),
});

const destination = v.strictObject({
  destination: v.pipe(
    v.string(),
    v.check((arn) => parseFunctionArn(arn) !== undefined, 'must be acs:fc:REGION:ACCOUNT:functions/NAME'),
  ),
});

const propsSchema = v.strictObject({
  region: text,
  functionName: name(64),
  description: v.optional(v.string()),
  runtime: v.literal('nodejs20'),
  code: v.pipe(v.string(), v.startsWith('./', 'must be a folder of the project, such as ./dist')),
  handler: v.pipe(
    v.string(),
    v.regex(/^[A-Za-z0-9_-]+\.[A-Za-z_$][A-Za-z0-9_$]*$/, 'must be FILE.METHOD, with the file flat in the code folder'),
  ),
  role: roleArn,
  cpu: v.pipe(v.number(), v.minValue(0.05), v.maxValue(16)),
  memorySize: v.pipe(wholeNumber(128, 32_768), v.multipleOf(64)),
  diskSize: v.picklist([512, 10_240]),
  timeout: wholeNumber(1, 86_400),
  environmentVariables: v.record(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'must be letters, digits and _'),
      v.check((key) => !key.startsWith('FC_'), 'must not begin with FC_, which is reserved'),
    ),
    v.string(),
  ),
  logConfig: v.strictObject({
    project: text,
    logstore: text,
    enableRequestMetrics: v.optional(v.boolean()),
    enableInstanceMetrics: v.optional(v.boolean()),
    logBeginRule: v.optional(v.picklist(['DefaultRegex', 'None'])),
  }),
  instanceLifecycleConfig: v.optional(
    v.strictObject({ initializer: v.strictObject({ handler: text, timeout: wholeNumber(1, 300) }) }),
  ),
  asyncInvokeConfig: v.strictObject({
    maxAsyncRetryAttempts: wholeNumber(0, 8),
    maxAsyncEventAgeInSeconds: wholeNumber(1, 604_800), // the smaller of the two documented limits
    destinationConfig: v.optional(
      v.strictObject({ onSuccess: v.optional(destination), onFailure: v.optional(destination) }),
    ),
  }),
  concurrencyConfig: v.strictObject({ reservedConcurrency: wholeNumber(1, 100) }),
  triggers: v.optional(v.array(v.variant('triggerType', [ossTrigger, timerTrigger])), []),
});

/** One function of `s.yaml`, checked. `timeout` is in seconds, `memorySize` in MB, as in the file. */
export type FunctionDefinition = Readonly<v.InferOutput<typeof propsSchema>> & {
  /** The key under `resources`. */
  readonly resource: string;
};

/** One trigger of a function, told apart by `triggerType`. */
export type TriggerDefinition = FunctionDefinition['triggers'][number];

/**
 * Checks the properties of one function more strictly than the component does: unknown keys, a trigger of the wrong
 * shape or a schedule that cannot be read are refused here and would be deployed silently there.
 *
 * @returns The definition, or one sentence per problem, each beginning with its path.
 */
export function parseFunctionDefinition(
  resource: string,
  props: unknown,
):
  | { readonly ok: true; readonly definition: FunctionDefinition }
  | { readonly ok: false; readonly problems: readonly string[] } {
  const read = v.safeParse(propsSchema, props);
  if (read.success) {
    const problems = environmentProblems(resource, read.output.environmentVariables);
    return problems.length > 0 ? { ok: false, problems } : { ok: true, definition: { resource, ...read.output } };
  }
  return { ok: false, problems: read.issues.map((issue) => describe(resource, issue)) };
}

function describe(resource: string, issue: v.BaseIssue<unknown>): string {
  const path = `resources.${resource}.props${issue.path === undefined ? '' : `.${v.getDotPath(issue) ?? ''}`}`;
  const last = issue.path?.at(-1);
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${path}: unknown key`;
  if (issue.type === 'strict_object' && last?.input !== undefined && issue.received === 'undefined') {
    return `${path}: is missing`;
  }
  return `${path}: ${issue.message}`;
}

/** FC limits the variables of one function to 4 KB in total (environment variables page). */
const ENVIRONMENT_MAX_BYTES = 4096;

function environmentProblems(resource: string, variables: Readonly<Record<string, string>>): readonly string[] {
  const bytes = Object.entries(variables).reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
  if (bytes <= ENVIRONMENT_MAX_BYTES) return [];
  return [`resources.${resource}.props.environmentVariables: ${String(bytes)} bytes; FC allows 4096 in total`];
}
