import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { resolveExpressions, SYamlError } from './expressions.ts';
import { type FunctionDefinition, parseFunctionArn, parseFunctionDefinition } from './function-definition.ts';

/** `s.yaml` with every expression replaced and every template merged: what `s preview -o json` prints. */
export interface ResolvedSYaml {
  readonly edition: string;
  readonly name: string;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<
    Record<string, { readonly component: unknown; readonly props: Readonly<Record<string, unknown>> }>
  >;
}

type Mapping = Readonly<Record<string, unknown>>;

/** Far above an honest file; keeps aliases ("billion laughs") and accidents from filling memory. */
const MAX_BYTES = 256 * 1024;
/** `actions` are what `s` does around its own commands; a local cloud runs none of these. */
const KNOWN_KEYS = ['edition', 'name', 'access', 'actions', 'vars', 'template', 'resources'];

/**
 * Resolves the text of an `s.yaml` the way Serverless Devs 3 does, for the part of its language this project uses.
 *
 * @param environment - What `${env('…')}` sees; the local cloud passes its own values, never the developer's.
 * @throws SYamlError when the file is not edition 3.0.0, not readable, or says something this reader does not know.
 */
export function resolveSYaml(text: string, environment: Readonly<Record<string, string | undefined>>): ResolvedSYaml {
  const root = parseMapping(text);
  for (const key of Object.keys(root)) if (!KNOWN_KEYS.includes(key)) throw new SYamlError(`${key}: unknown key`);
  // `s` prints a hint and exits 0 for any other edition, so a typo here would disable every later check.
  if (root['edition'] !== '3.0.0') throw new SYamlError('edition: must be 3.0.0');
  const rawVars = mappingAt(root['vars'] ?? {}, 'vars');
  const vars = resolveExpressions(rawVars, { environment, vars: rawVars }, 'vars') as Mapping;
  const templates = mappingAt(root['template'] ?? {}, 'template');
  const resources = Object.entries(mappingAt(root['resources'], 'resources')).map(([name, raw]) => {
    const resource = mappingAt(raw, `resources.${name}`);
    const props = mergedProps(name, resource, templates);
    const self = { name, access: resource['access'] ?? root['access'], props };
    const resolve = (value: unknown, path: string): unknown =>
      resolveExpressions(value, { environment, vars, self }, `resources.${name}.${path}`);
    return [
      name,
      { component: resolve(resource['component'], 'component'), props: resolve(props, 'props') as Mapping },
    ] as const;
  });
  return { edition: '3.0.0', name: String(root['name']), vars, resources: Object.fromEntries(resources) };
}

/**
 * The checked functions of a resolved file.
 *
 * @throws SYamlError naming every problem at once: unknown keys, wrong values, two functions of one name, a
 *   destination that is not a function of this file.
 */
export function readFunctions(resolved: ResolvedSYaml): readonly FunctionDefinition[] {
  const definitions: FunctionDefinition[] = [];
  const problems: string[] = [];
  for (const [name, resource] of Object.entries(resolved.resources)) {
    const read = parseFunctionDefinition(name, resource.props);
    if (read.ok) definitions.push(read.definition);
    else problems.push(...read.problems);
  }
  const names = definitions.map((definition) => definition.functionName);
  problems.push(...names.filter((name, index) => names.indexOf(name) < index).map((name) => `${name}: defined twice`));
  for (const definition of definitions) problems.push(...destinationProblems(definition, names));
  if (problems.length > 0) throw new SYamlError(`s.yaml cannot be used:\n  ${problems.join('\n  ')}`);
  return definitions;
}

/** Reads, resolves and checks the `s.yaml` at a path. */
export function loadSYaml(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly resolved: ResolvedSYaml; readonly functions: readonly FunctionDefinition[] } {
  const resolved = resolveSYaml(readFileSync(path, 'utf8'), environment);
  return { resolved, functions: readFunctions(resolved) };
}

function parseMapping(text: string): Mapping {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new SYamlError('s.yaml is larger than 256 KiB');
  const document = parseDocument(text, { uniqueKeys: true });
  const problem = document.errors[0];
  if (problem !== undefined) throw new SYamlError(`s.yaml is not readable: ${problem.message}`);
  return mappingAt(document.toJS({ maxAliasCount: 100 }), 's.yaml');
}

function mappingAt(value: unknown, path: string): Mapping {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Mapping;
  throw new SYamlError(`${path}: must be a mapping`);
}

const RESOURCE_KEYS = ['component', 'access', 'extend', 'props'];

function mergedProps(name: string, resource: Mapping, templates: Mapping): Mapping {
  for (const key of Object.keys(resource)) {
    if (!RESOURCE_KEYS.includes(key)) throw new SYamlError(`resources.${name}.${key}: unknown key`);
  }
  const props = mappingAt(resource['props'], `resources.${name}.props`);
  if (resource['extend'] === undefined) return props;
  const { name: templateName, ...rest } = mappingAt(resource['extend'], `resources.${name}.extend`);
  if (typeof templateName !== 'string' || templates[templateName] === undefined || Object.keys(rest).length > 0) {
    throw new SYamlError(`resources.${name}.extend: must be { name: <a template of this file> }`);
  }
  return merge(mappingAt(templates[templateName], `template.${templateName}`), props);
}

/** Mappings are merged key by key, anything else is replaced, lists as a whole (as @serverless-devs/s does). */
function merge(under: Mapping, over: Mapping): Mapping {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMapping(below) && isMapping(value) ? merge(below, value) : value;
  }
  return merged;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function destinationProblems(definition: FunctionDefinition, names: readonly string[]): readonly string[] {
  const { onSuccess, onFailure } = definition.asyncInvokeConfig.destinationConfig ?? {};
  return [onSuccess, onFailure].flatMap((destination) => {
    const target = destination === undefined ? undefined : parseFunctionArn(destination.destination);
    if (target === undefined || names.includes(target.functionName)) return [];
    return [
      `resources.${definition.resource}.props.asyncInvokeConfig: no function ${target.functionName} in this file`,
    ];
  });
}
