import { displayText } from '../../shared/core/display-text.ts';
import { type InstanceId, parseInstanceId } from '../../shared/core/instance.ts';
import type { ObjectKey, ObjectVersion } from '../../shared/core/object-version.ts';
import { WATCH } from '../../shared/core/sweep/watch-places.ts';
import { isoOf } from '../../shared/core/time.ts';
import { listAll } from '../../shared/pipelines/each-page.ts';
import { readWatchIndex } from '../../shared/pipelines/sweep/watch-index.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { CommandError, EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { renderTable } from '../terminal/table.ts';
import { bucketClient } from './clients.ts';
import { confirm } from './confirm.ts';
import { selectTarget } from './target.ts';
import type { WatchPlaceOptions } from './watch.ts';

interface PlacedList {
  readonly instance: InstanceId;
  readonly name: string;
  readonly object: ObjectVersion;
}

const MAX_PAGES = 20;

/** Deletes one watch list. */
export async function runWatchRemove(name: string, options: WatchPlaceOptions, io: CommandIo): Promise<ExitCode> {
  const store = bucketClient(selectTarget(options, ['oss'], io));
  const found = (await placedLists(store, options.instance)).filter((list) => list.name === name);
  const [list] = found;
  if (list === undefined) {
    const next = '"mqtt-certs watch list" shows those there are.';
    throw new CommandError({ code: 'no-such-list', message: `there is no watch list ${name}`, next });
  }
  if (found.length > 1) {
    const instances = found.map(({ instance }) => instance).join(', ');
    throw usageError(`${name} is a list of several instances: ${instances}`, 'Name one of them with --instance.');
  }
  const { key } = list.object;
  await confirm(
    {
      warning: `The devices of ${key} will no longer be watched, and no longer be reactivated.`,
      question: 'Delete it?',
      refused: 'nothing was deleted',
    },
    options,
    io,
  );
  await store.delete(key);
  if (options.json === true) writeJsonLine(io.stdout, { command: 'watch remove', key });
  else io.stdout(`${io.paint.stdout.green('✔')} ${key} is gone; the next sweep says so too.\n`);
  return EXIT.good;
}

/** Lists the watch lists, with what the last sweep made of them. */
export async function runWatchList(options: WatchPlaceOptions, io: CommandIo): Promise<ExitCode> {
  const store = bucketClient(selectTarget(options, ['oss'], io));
  const lists = await placedLists(store, options.instance);
  const { files } = await readWatchIndex({ store, runLog: { write: () => undefined } });
  const known = new Map<ObjectKey, (typeof files)[number]>(files.map((file) => [file.object.key, file]));
  const rows = lists.map(({ instance, name, object }) => {
    const file = known.get(object.key);
    const isCurrent = file?.object.etag === object.etag;
    return {
      instance,
      name,
      key: object.key,
      bytes: object.size,
      modified: isoOf(object.lastModified),
      state: file === undefined || !isCurrent ? 'not read yet' : (file.trouble?.problem ?? 'in force'),
      ...(file === undefined ? {} : { devices: file.counts.named, wholeCas: file.counts.stars, badLines: file.bad }),
    };
  });
  if (options.json === true) {
    writeJsonLine(io.stdout, { command: 'watch list', lists: rows });
    return EXIT.good;
  }
  if (rows.length === 0) {
    io.stderr('There is no watch list. "mqtt-certs watch snapshot --instance <id> --out fleet.csv" makes one.\n');
    return EXIT.good;
  }
  const cells = rows.map((row) => [
    row.instance,
    displayText(row.name, 60),
    row.modified.slice(0, 16).replace('T', ' '),
    row.devices === undefined ? '?' : String(row.devices),
    row.badLines === undefined ? '?' : String(row.badLines),
    row.state,
  ]);
  const header = ['instance', 'name', 'changed (UTC)', 'devices', 'bad', 'state'];
  io.stdout(renderTable(header, cells, io.paint.stdout));
  return EXIT.good;
}

async function placedLists(store: ObjectStore, only: InstanceId | undefined): Promise<readonly PlacedList[]> {
  const prefix = only === undefined ? WATCH : `${WATCH}${only}/`;
  const { objects } = await listAll(store, { prefix, maxPages: MAX_PAGES });
  return objects.flatMap((object) => {
    const [instanceText = '', name = '', ...rest] = object.key.slice(WATCH.length).split('/');
    const instance = parseInstanceId(instanceText);
    if (instance === undefined || rest.length > 0 || !/\.csv$/i.test(name)) return [];
    return [{ instance, name, object }];
  });
}
