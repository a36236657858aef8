/** A defect in `s.yaml`, with the path of the value it is about. */
export class SYamlError extends Error {
  override readonly name = 'SYamlError';
  readonly code = 'S_YAML';
}

/** What an expression may look at. */
export interface ExpressionScope {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly vars: unknown;
  /** The resource the value belongs to; absent in `vars` and templates. */
  readonly self?: { readonly name: string; readonly access: unknown; readonly props: unknown };
}

const EXPRESSION = /\$\{([^{}]*)\}/g;
const ENV_CALL = /^env\(\s*(['"])([A-Za-z_][A-Za-z0-9_]*)\1\s*(?:,\s*(['"])([^'"]*)\3\s*)?\)$/;
const PATH = /^(vars|this)((?:\.[A-Za-z0-9_-]+)+)$/;
/** Deep enough for any honest file, shallow enough to end a value that refers to itself. */
const MAX_DEPTH = 16;

/**
 * Replaces every `${…}` in a value, as Serverless Devs does: `env('N')`, `env('N', 'default')`, `vars.x`, `this.name`,
 * `this.access` and `this.props.x`. A text that is one expression takes the type of what it names; other texts are
 * joined. A variable that is set but blank counts as missing (seen with @serverless-devs/s 3.1.10).
 *
 * @throws SYamlError for an unknown name, a cycle, or an expression this reader does not know.
 */
export function resolveExpressions(value: unknown, scope: ExpressionScope, path: string): unknown {
  return resolveAt(value, scope, path, 0);
}

function resolveAt(value: unknown, scope: ExpressionScope, path: string, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new SYamlError(`${path}: the value refers to itself, or is nested too deeply`);
  if (typeof value === 'string') return resolveText(value, scope, path, depth);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => resolveAt(item, scope, `${path}[${String(index)}]`, depth + 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [
      key,
      resolveAt(item, scope, `${path}.${key}`, depth + 1),
    ]),
  );
}

function resolveText(text: string, scope: ExpressionScope, path: string, depth: number): unknown {
  const whole = /^\$\{([^{}]*)\}$/.exec(text)?.[1];
  if (whole !== undefined) return evaluate(whole.trim(), scope, path, depth);
  return text.replace(EXPRESSION, (_match, source: string) => {
    const part = evaluate(source.trim(), scope, path, depth);
    if (typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean') return String(part);
    throw new SYamlError(`${path}: \${${source}} is not a single value and cannot be part of a text`);
  });
}

function evaluate(source: string, scope: ExpressionScope, path: string, depth: number): unknown {
  const env = ENV_CALL.exec(source);
  if (env !== null) return environmentValue(env[2] ?? '', env[4], scope, path);
  const reference = PATH.exec(source);
  if (reference === null) throw new SYamlError(`${path}: the local cloud does not know the expression \${${source}}`);
  const root = reference[1] === 'vars' ? scope.vars : scope.self;
  const found = (reference[2] ?? '').slice(1).split('.').reduce(memberOf, root);
  if (found === undefined) throw new SYamlError(`${path}: \${${source}} names nothing`);
  return resolveAt(found, scope, path, depth + 1);
}

function environmentValue(name: string, fallback: string | undefined, scope: ExpressionScope, path: string): string {
  const set = scope.environment[name];
  if (set !== undefined && set !== '') return set;
  if (fallback !== undefined) return fallback;
  throw new SYamlError(`${path}: the environment variable ${name} is not set and \${env('${name}')} has no default`);
}

function memberOf(holder: unknown, key: string): unknown {
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key)) return undefined;
  return (holder as Readonly<Record<string, unknown>>)[key];
}
