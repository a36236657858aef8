import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { LocalClock } from '../clock.ts';
import type { LocalCredentials } from '../credentials.ts';
import { type Face, readBody, startFace } from '../face.ts';
import { authenticate, type Gate } from './authenticate.ts';
import { refuse } from './errors.ts';
import { createSlsFaultPlan, type SlsFault } from './faults.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import { BODY_MAX_BYTES, readPutLogs } from './put-logs.ts';
import { emptyReply, errorReply, faultReply, jsonReply, type Reply } from './reply.ts';
import { type Route, routeOf } from './route.ts';
import { getLogsReply, getLogsV2Reply } from './search-replies.ts';
import type { StoredLog } from './stored-log.ts';
import { readWireRequest, type WireRequest } from './wire-request.ts';

/** What a stand-in is started with. */
export interface SlsOptions {
  /** One append-only file of JSON lines for each logstore. */
  readonly dataFolder: string;
  readonly region: string;
  readonly project: string;
  readonly logstores: readonly string[];
  /** Read anew for every request, so that temporary keys may be added while it runs. */
  readonly credentials: readonly LocalCredentials[];
  readonly clock: LocalClock;
  readonly port?: number;
  /** Told every group once it is kept. */
  readonly onLogs?: (logstore: string, logs: readonly StoredLog[]) => void;
}

/** The running stand-in of the log service: one project, PutLogs in every form, GetLogs in both. */
export interface LocalSls extends Face {
  /** The newest logs of a logstore in the order they arrived (at most 200,000); throws for an unknown logstore. */
  readonly logs: (logstore: string) => readonly StoredLog[];
  /** Replaces the faults of the next PutLogs. */
  readonly setFaults: (faults: readonly SlsFault[]) => void;
  /** Forgets every log and every fault. */
  readonly reset: () => Promise<void>;
}

const LOGSTORE_NAME = /^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]$/u;

async function openFiles(options: SlsOptions): Promise<ReadonlyMap<string, LogFile>> {
  const files = new Map<string, LogFile>();
  for (const logstore of options.logstores) {
    // the name becomes a file name, so the service's own rule for names is checked first
    if (!LOGSTORE_NAME.test(logstore))
      throw new RangeError('a logstore has 3 to 63 lower-case letters, digits, - and _');
    files.set(logstore, await openLogFile(join(options.dataFolder, `${logstore}.ndjson`)));
  }
  return files;
}

/** Starts the stand-in on 127.0.0.1. */
export async function startSls(options: SlsOptions): Promise<LocalSls> {
  const { clock } = options;
  const files = await openFiles(options);
  const gate: Gate = { credentials: options.credentials, clock, region: options.region };
  const faults = createSlsFaultPlan();

  const putLogs = async (logstore: string, file: LogFile, request: WireRequest, body: Buffer): Promise<Reply> => {
    const fault = faults.take();
    if (fault !== undefined && fault !== 'reset-after') return faultReply(fault);
    const group = readPutLogs(request.headers, body, [clock.realNow(), clock.now()]);
    if (group.ok) {
      await file.append(group.logs);
      options.onLogs?.(logstore, group.logs);
    }
    if (fault !== undefined) return faultReply(fault);
    return group.ok ? emptyReply() : errorReply(group);
  };

  const perform = (route: Route, request: WireRequest, body: Buffer): Reply | Promise<Reply> => {
    if (route.kind === 'list-logstores') {
      return jsonReply({ count: files.size, total: files.size, logstores: [...files.keys()] });
    }
    const file = files.get(route.logstore);
    if (file === undefined) return errorReply(refuse('LogStoreNotExist'));
    switch (route.kind) {
      case 'put-logs':
        return putLogs(route.logstore, file, request, body);
      case 'get-logs':
        return getLogsReply(file.logs(), request.parameters);
      case 'get-logs-v2':
        return getLogsV2Reply(file.logs(), body);
      case 'get-logstore':
        return jsonReply({ logstoreName: route.logstore, ttl: 3650, shardCount: 1, mode: 'standard' });
      default:
        throw new Error(`no such operation: ${String(route satisfies never)}`);
    }
  };

  const answer = async (request: WireRequest, body: Buffer | undefined): Promise<Reply> => {
    if (body === undefined) return errorReply(refuse('PostBodyTooLarge'));
    const refusal = authenticate(gate, request, body);
    if (refusal !== undefined) return errorReply(refusal);
    if (request.project !== options.project) return errorReply(refuse('ProjectNotExist'));
    const route = routeOf(request.method, request.path, request.parameters.get('type'));
    if (route === undefined) return errorReply(refuse('ParameterInvalid', 'This stand-in has no such operation.'));
    return perform(route, request, body);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, BODY_MAX_BYTES);
    send(await answer(readWireRequest(request), body), request, response);
  };

  const face = await startFace(handle, options.port ?? 0);
  return {
    ...face,
    logs: (logstore) => {
      const file = files.get(logstore);
      if (file === undefined) throw new RangeError('no such logstore');
      return file.logs();
    },
    setFaults: faults.set,
    reset: async () => {
      faults.set([]);
      await Promise.all([...files.values()].map((file) => file.clear()));
    },
    close: async () => {
      await face.close();
      await Promise.all([...files.values()].map((file) => file.close()));
    },
  };
}

/** Writes the answer; a silent one leaves the connection open until the caller or `close` ends it. */
function send(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  switch (reply.kind) {
    case 'http':
      response.writeHead(reply.status, reply.headers);
      response.end(reply.body);
      return;
    case 'reset':
      request.socket.resetAndDestroy();
      return;
    case 'silence':
      return;
    default:
      throw new Error(`no such reply: ${String(reply satisfies never)}`);
  }
}
