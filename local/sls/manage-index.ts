import type { Reply } from '../http-reply.ts';
import { readJson } from '../http-request.ts';
import { refuse } from './errors.ts';
import { DEFAULT_DELIMITERS, readIndex } from './index-definition.ts';
import type { Logstore } from './logstore.ts';
import { type Logstores, withIndex } from './logstores.ts';
import { emptyReply, errorReply, jsonReply } from './reply.ts';

/** CreateIndex: holds for the logs that are written from now on. */
export function createIndex(stores: Logstores, store: Logstore, body: Buffer): Reply {
  return store.periods.length === 0 ? keep(stores, store, body) : errorReply(refuse('IndexAlreadyExist'));
}

/** UpdateIndex: older logs are found as they were indexed. */
export function updateIndex(stores: Logstores, store: Logstore, body: Buffer): Reply {
  return store.periods.length === 0 ? errorReply(refuse('IndexConfigNotExist')) : keep(stores, store, body);
}

function keep(stores: Logstores, store: Logstore, body: Buffer): Reply {
  const given = readJson(body);
  const index = readIndex(given);
  if ('problem' in index) return errorReply(refuse('IndexInfoInvalid', index.problem));
  const periods = withIndex(store, given as Readonly<Record<string, unknown>>);
  stores.update(store.info.logstoreName, { periods });
  return emptyReply();
}

/** GetIndex: as it was given. */
export function getIndex({ periods, info }: Logstore): Reply {
  const last = periods.at(-1);
  if (last === undefined) return errorReply(refuse('IndexConfigNotExist'));
  const text = { token: DEFAULT_DELIMITERS.split(''), caseSensitive: false, chn: false };
  const index = last.definition === 'everything' ? { line: text, keys: {} } : last.definition;
  return jsonReply({ index_mode: 'v2', ttl: info.ttl, lastModifyTime: info.lastModifyTime, storage: 'pg', ...index });
}

/** DeleteIndex: nothing is found any more, not even by an index made later. */
export function deleteIndex(stores: Logstores, { info, periods }: Logstore): Reply {
  if (periods.length === 0) return errorReply(refuse('IndexConfigNotExist'));
  stores.update(info.logstoreName, { periods: [] });
  return emptyReply();
}
