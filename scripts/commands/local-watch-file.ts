import { createReadStream, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type InstanceId, parseInstanceId } from '../../shared/core/instance.ts';
import { type Etag, objectKey } from '../../shared/core/object-version.ts';
import type { BadLines } from '../../shared/core/sweep/watch-bad-lines.ts';
import { createWatchFileReader } from '../../shared/core/sweep/watch-file.ts';
import { type CompiledWatchList, compileWatchList } from '../../shared/core/sweep/watch-list.ts';
import type { WatchFileProblem } from '../../shared/core/sweep/watch-problems.ts';
import { createCaTable } from '../../shared/core/sweep/watch-rows.ts';
import type { TextEncoding } from '../../shared/core/sweep/watch-text.ts';
import { WATCH_LIMITS } from '../../shared/pipelines/sweep/read-watch-files.ts';
import { splitCells } from '../../shared/pipelines/sweep/watch-cells.ts';
import { usageError } from '../terminal/command-error.ts';

/** What the sweep will make of a file. */
export type LocalWatchFile =
  | {
      readonly kind: 'read';
      readonly list: CompiledWatchList;
      readonly lines: number;
      readonly encoding: TextEncoding;
      readonly bad: BadLines;
    }
  | { readonly kind: 'refused'; readonly problem: WatchFileProblem; readonly shown: string; readonly bad: BadLines };

/** More bad lines than this are counted and not kept. */
const LINES_KEPT = 100_000;

/**
 * Reads a file of this machine by the very rules the sweep reads it by, contradictions between its lines included.
 *
 * @throws CommandError (usage) when there is no such file, or none that can be read.
 */
export async function readLocalWatchFile(file: string, cwd: string, instance?: InstanceId): Promise<LocalWatchFile> {
  const path = resolve(cwd, file);
  if (sizeOf(path, file) > WATCH_LIMITS.bytes) return { kind: 'refused', problem: 'too-large', shown: '', bad: NONE };
  const table = createCaTable();
  const { lines: maxLines } = WATCH_LIMITS;
  const reader = createWatchFileReader({ table, split: splitCells, maxLines, linesShown: LINES_KEPT });
  for await (const chunk of createReadStream(path)) {
    if (!reader.push(chunk as Buffer)) break;
  }
  const content = reader.end();
  if (content.kind === 'refused') return content;
  const key = objectKey(file);
  const place = instance ?? NOWHERE;
  const list = compileWatchList(place, table, [{ key, etag: '' as Etag, content }]);
  return { kind: 'read', list, lines: content.lines, encoding: content.encoding, bad: content.bad() };
}

const NONE: BadLines = { count: 0, codes: [], first: [] };
// Only the list's digest depends on the instance, and nobody asks for that here.
const NOWHERE = parseInstanceId('unnamed') as InstanceId;

function sizeOf(path: string, shown: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() === true) return stat.size;
  const why = stat === undefined ? 'there is no such file' : 'it is no regular file';
  throw usageError(`${shown}: ${why}`, 'Name the CSV of the watch list.');
}
