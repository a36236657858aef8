import { refuse } from './errors.ts';
import { readSearch, renderLog, searchLogs } from './get-logs.ts';
import { errorReply, jsonReply, type Reply } from './reply.ts';
import type { StoredLog } from './stored-log.ts';

/** GetLogs: an array of flat maps, what there is to know about it in headers. */
export function getLogsReply(all: readonly StoredLog[], parameters: ReadonlyMap<string, string>): Reply {
  const search = readSearch(parameters);
  if (!search.ok) return errorReply(search);
  const found = searchLogs(all, search).map(renderLog);
  return jsonReply(found, {
    'x-log-progress': 'Complete',
    'x-log-count': String(found.length),
    'x-log-processed-rows': String(all.length),
    'x-log-elapsed-millisecond': '1',
    'x-log-has-sql': 'false',
  });
}

/** GetLogsV2: the same search as a JSON body, the same logs under `data`. */
export function getLogsV2Reply(all: readonly StoredLog[], body: Buffer): Reply {
  const parameters = readJsonParameters(body);
  if (parameters === undefined) return errorReply(refuse('ParameterInvalid', 'The body is not a JSON object.'));
  const search = readSearch(parameters);
  if (!search.ok) return errorReply(search);
  const data = searchLogs(all, search).map(renderLog);
  const meta = {
    progress: 'Complete',
    count: data.length,
    hasSQL: false,
    processedRows: all.length,
    elapsedMillisecond: 1,
  };
  return jsonReply({ meta, data });
}

/** Numbers, booleans and texts of a JSON object as texts; anything else in it is not a parameter of a search. */
function readJsonParameters(body: Buffer): ReadonlyMap<string, string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined; // not JSON; the caller is told so
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const parameters = new Map<string, string>();
  for (const [name, member] of Object.entries(value) as [string, unknown][]) {
    if (typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean') {
      parameters.set(name, String(member));
    }
  }
  return parameters;
}
