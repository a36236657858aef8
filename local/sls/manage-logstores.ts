import * as v from 'valibot';
import type { Reply } from '../http-reply.ts';
import { readJson } from '../http-request.ts';
import { refuse } from './errors.ts';
import type { Logstore, LogstoreInfo } from './logstore.ts';
import { LOGSTORE_NAME, type Logstores, logstoreInfo } from './logstores.ts';
import { emptyReply, errorReply, jsonReply } from './reply.ts';

const LOGSTORES_MAX = 200; // "Limits" page: 200 logstores in a project

const whole = (from: number, to: number) => v.pipe(v.number(), v.integer(), v.minValue(from), v.maxValue(to));
const Wishes = v.object({
  logstoreName: v.pipe(v.string(), v.regex(LOGSTORE_NAME)),
  ttl: whole(1, 3650),
  shardCount: v.optional(whole(1, 100)),
  autoSplit: v.optional(v.boolean()),
  maxSplitShard: v.optional(whole(1, 256)),
  enable_tracking: v.optional(v.boolean()),
  appendMeta: v.optional(v.boolean()),
  mode: v.optional(v.picklist(['standard', 'query'])),
});

const refused = (...given: Parameters<typeof refuse>): Reply => errorReply(refuse(...given));

type Given = { readonly ok: true; readonly wishes: Partial<LogstoreInfo> & { readonly logstoreName: string } };

function readWishes(body: Buffer): Given | { readonly ok: false; readonly reply: Reply } {
  const read = v.safeParse(Wishes, readJson(body));
  if (!read.success) {
    const where = v.getDotPath(read.issues[0])?.slice(0, 64) ?? 'The body';
    return { ok: false, reply: refused('LogstoreInfoInvalid', `${where} is not valid.`) };
  }
  const said = Object.entries(read.output).filter(([, value]) => value !== undefined);
  return { ok: true, wishes: Object.fromEntries(said) as Given['wishes'] };
}

/** CreateLogStore: 200 without a body. */
export async function createLogstore(stores: Logstores, body: Buffer, now: number): Promise<Reply> {
  const given = readWishes(body);
  if (!given.ok) return given.reply;
  const { logstoreName } = given.wishes;
  if (stores.get(logstoreName) !== undefined) return refused('LogStoreAlreadyExist');
  if (stores.list().length >= LOGSTORES_MAX) return refused('ProjectQuotaExceed');
  await stores.create({ ...logstoreInfo(logstoreName, now), shardCount: 2, ...given.wishes });
  return emptyReply();
}

/** UpdateLogStore: everything but the name and the number of shards. */
export function updateLogstore(stores: Logstores, { info }: Logstore, body: Buffer, now: number): Reply {
  const given = readWishes(body);
  if (!given.ok) return given.reply;
  const { logstoreName, shardCount = info.shardCount } = given.wishes;
  if (logstoreName !== info.logstoreName) return refused('LogstoreInfoInvalid', 'A logstore keeps its name.');
  if (shardCount !== info.shardCount) return refused('LogstoreInfoInvalid', 'Shards are split and merged, not set.');
  stores.update(logstoreName, { info: { ...info, ...given.wishes, lastModifyTime: Math.floor(now / 1000) } });
  return emptyReply();
}

/** DeleteLogStore: its logs and its index go with it. */
export async function deleteLogstore(stores: Logstores, { info }: Logstore): Promise<Reply> {
  await stores.remove(info.logstoreName);
  return emptyReply();
}

/** ListLogStores: names, a page of them. */
export function listLogstores(stores: Logstores, parameters: ReadonlyMap<string, string>): Reply {
  const numberOf = (name: string, fallback: number): number => {
    const text = parameters.get(name) ?? '';
    if (text === '') return fallback;
    return /^\d{1,6}$/u.test(text) ? Number(text) : -1;
  };
  const offset = numberOf('offset', 0);
  const size = numberOf('size', 200);
  if (offset < 0 || size < 0 || size > 500) return refused('ParameterInvalid', 'offset or size');
  const part = parameters.get('logstoreName') ?? '';
  const names = stores.list().flatMap(({ info }) => (info.logstoreName.includes(part) ? [info.logstoreName] : []));
  const shown = names.slice(offset, offset + size);
  return jsonReply({ count: shown.length, total: names.length, logstores: shown });
}
