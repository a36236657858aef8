import { isAbsolute, join, relative } from 'node:path';
import { displayText } from '../../shared/core/display-text.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { OWN_NAME } from '../terminal/own-name.ts';
import type { Endpoints } from './endpoints.ts';
import { KEY_ALGORITHMS } from './key-algorithm.ts';
import type { WrittenPair } from './pair-folder.ts';
import type { PairOptions } from './pair-options.ts';

/** The answer of `mqtt-certs pair` for machines: paths, and nothing of what is in the files. */
export function pairJson(options: PairOptions, written: WrittenPair): unknown {
  return {
    command: 'pair',
    name: options.name,
    dropFolder: written.dropFolder,
    drop: written.drop,
    keysFolder: written.keysFolder,
    keys: written.keys,
  };
}

/** The answer of `mqtt-certs pair` for people: what to copy, what never to copy, and the next commands. */
export function pairReport(
  options: PairOptions,
  written: WrittenPair,
  view: { readonly io: CommandIo; readonly local: Endpoints | undefined },
): string {
  const { bold, dim, green, yellow, cyan } = view.io.paint.stdout;
  const near = (path: string) => nearPath(view.io.cwd, path);
  return [
    `${green('✔')} ${bold(displayText(options.name))} ${dim(KEY_ALGORITHMS[options.key].label)}`,
    ...written.drop.map((path) => `  ${green('copy')}  ${near(path)}`),
    ...written.keys.map((path) => `  ${yellow('keep')}  ${near(path)} ${dim('private key, 0600, never copy')}`),
    ...nextSteps(options, { drop: near(written.dropFolder), keys: near(written.keysFolder) }, view.local).map(
      (line, at) => `  ${at === 0 ? 'next' : '    '}  ${cyan(line)}`,
    ),
    '',
  ].join('\n');
}

function nextSteps(
  options: PairOptions,
  folders: { readonly drop: string; readonly keys: string },
  local: Endpoints | undefined,
): string[] {
  if (options.caOnly === true) {
    const [cert, key] = [join(folders.drop, 'ca.pem'), join(folders.keys, 'ca.key.pem')].map(shellWord);
    const name = shellWord(options.name);
    return [
      `${OWN_NAME} pair --name ${name} --verification-only --code <code> --ca-cert ${cert ?? ''} --ca-key ${key ?? ''}`,
    ];
  }
  const instance = local?.mqtt.instances[0];
  const inbox =
    local === undefined || instance === undefined
      ? `<bucket>/inbox/<instance>/${options.name}/`
      : join(local.oss.folder, 'inbox', instance, options.name, '/');
  const drop = shellWord(folders.drop);
  return [
    `${OWN_NAME} check ${drop}`,
    `mkdir -p ${shellWord(inbox)} && cp ${drop}/ca.pem ${drop}/verification.pem ${shellWord(inbox)}`,
  ];
}

function nearPath(cwd: string, path: string): string {
  const near = relative(cwd, path);
  return near === '' || near.startsWith('..') || isAbsolute(near) ? path : near;
}

// POSIX shell quoting: inside single quotes only the quote itself needs care.
function shellWord(text: string): string {
  return /^[\w./:@<>-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
