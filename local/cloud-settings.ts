import { join } from 'node:path';
import { SYamlError } from './fc/expressions.ts';
import type { FunctionDefinition } from './fc/function-definition.ts';
import { loadSYaml } from './fc/s-yaml.ts';

/** What all parts of one local cloud agree on, read from `s.yaml`. */
export interface CloudSettings {
  readonly region: string;
  readonly accountId: string;
  readonly bucket: string;
  readonly instances: readonly string[];
  readonly logProject: string;
  readonly logStore: string;
}

/** Where `s.yaml` is and what it is resolved with. */
export interface SettingsSource {
  readonly projectFolder: string;
  readonly instances?: readonly string[] | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

const LOCAL_INSTANCES = ['post-cn-local00001', 'mqtt-cn-local00002'];

/** Reads the settings; throws SYamlError when `s.yaml` cannot be used. */
export function readSettings(source: SettingsSource): CloudSettings {
  const { vars } = load(source, {}).resolved;
  const textOf = (name: string): string => {
    const value = vars[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new SYamlError(`vars.${name}: the local cloud needs this value, as a text`);
  };
  return {
    region: textOf('region'),
    accountId: textOf('account'),
    bucket: textOf('bucket'),
    instances: textOf('instances')
      .split(',')
      .map((name) => name.trim()),
    logProject: textOf('logProject'),
    logStore: textOf('logStore'),
  };
}

/** The functions, pointed at the services that are running. */
export function functionsOf(
  source: SettingsSource,
  endpoints: Readonly<Record<string, string>>,
): readonly FunctionDefinition[] {
  return load(source, endpoints).functions;
}

function load(source: SettingsSource, endpoints: Readonly<Record<string, string>>): ReturnType<typeof loadSYaml> {
  return loadSYaml(join(source.projectFolder, 's.yaml'), {
    MQTT_CERTS_INSTANCES: (source.instances ?? LOCAL_INSTANCES).join(','),
    ...source.environment,
    ...endpoints,
  });
}
