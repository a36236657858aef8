import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalClock } from '../clock.ts';
import type { LocalCredentials } from '../credentials.ts';
import { type Face, readBody, startFace } from '../face.ts';
import { createFaultPlan } from '../fault-plan.ts';
import { type Reply, sendReply } from '../http-reply.ts';
import { readJson } from '../http-request.ts';
import { authenticate, type Gate } from './authenticate.ts';
import { refuse } from './errors.ts';
import { isMeantFor, type SlsFault, type SlsHeldFault } from './faults.ts';
import type { Logstore } from './logstore.ts';
import { openLogstores } from './logstores.ts';
import { createIndex, deleteIndex, getIndex, updateIndex } from './manage-index.ts';
import { createLogstore, deleteLogstore, listLogstores, updateLogstore } from './manage-logstores.ts';
import { BODY_MAX_BYTES, readPutLogs } from './put-logs.ts';
import { emptyReply, errorReply, faultReply, jsonReply } from './reply.ts';
import { callKindOf, type LogstoreOperation, type Route, routeOf } from './route.ts';
import { getHistogramsReply, getLogsReply, getLogsV2Reply } from './search-replies.ts';
import type { StoredLog } from './stored-log.ts';
import { readWireRequest, type WireRequest } from './wire-request.ts';

/** What a stand-in is started with. */
export interface SlsOptions {
  /** One append-only file of JSON lines for each logstore. */
  readonly dataFolder: string;
  readonly region: string;
  readonly project: string;
  /** These are there from the beginning, with their index. */
  readonly logstores: readonly string[];
  /** Their index, as CreateIndex takes it; by default every field is found. */
  readonly index?: unknown;
  /** Read anew for every request, so that temporary keys may be added while it runs. */
  readonly credentials: readonly LocalCredentials[];
  readonly clock: LocalClock;
  readonly port?: number;
  /** Told every group once it is kept. */
  readonly onLogs?: (logstore: string, logs: readonly StoredLog[]) => void;
}

/**
 * The running stand-in of the log service: one project, PutLogs in every form, GetLogs in both, histograms, and the
 * management of logstores and their indexes.
 */
export interface LocalSls extends Face {
  /** The newest logs of a logstore in the order they arrived (at most 200,000); throws for an unknown logstore. */
  readonly logs: (logstore: string) => readonly StoredLog[];
  /** Replaces the faults of the next calls. */
  readonly setFaults: (faults: readonly SlsFault[]) => void;
  /** What goes wrong until it is told otherwise, besides the faults to come. */
  readonly holdFaults: (faults: readonly SlsHeldFault[]) => void;
  /** Forgets every log, every fault, and every logstore and index that was not there from the beginning. */
  readonly reset: () => Promise<void>;
}

/** Starts the stand-in on 127.0.0.1. */
export async function startSls(options: SlsOptions): Promise<LocalSls> {
  const { clock, dataFolder } = options;
  const stores = await openLogstores(dataFolder, { names: options.logstores, index: options.index, clock });
  const gate: Gate = { credentials: options.credentials, clock, region: options.region };
  const faults = createFaultPlan<SlsHeldFault>(clock.now);

  const putLogs = async ({ info, file }: Logstore, { headers, body }: SlsCall): Promise<Reply> => {
    const group = readPutLogs(headers, body, [clock.realNow(), clock.now()]);
    if (!group.ok) return errorReply(group);
    await file.append(group.logs);
    options.onLogs?.(info.logstoreName, group.logs);
    return emptyReply();
  };

  const perform = (route: Route, call: SlsCall): Reply | Promise<Reply> => {
    if ('logstore' in route) {
      const store = stores.get(route.logstore);
      return store === undefined ? errorReply(refuse('LogStoreNotExist')) : performOn(store, route.kind, call);
    }
    switch (route.kind) {
      case 'get-project':
        return jsonReply({ projectName: options.project, description: '', status: 'Normal', region: options.region });
      case 'create-project':
        return createProject(options.project, call.body);
      case 'list-logstores':
        return listLogstores(stores, call.parameters);
      case 'create-logstore':
        return createLogstore(stores, call.body, clock.now());
      default:
        throw new Error(`no such operation: ${String(route satisfies never)}`);
    }
  };

  const performOn = (store: Logstore, kind: LogstoreOperation, call: SlsCall): Reply | Promise<Reply> => {
    switch (kind) {
      case 'put-logs':
        return putLogs(store, call);
      case 'get-logs':
        return getLogsReply(store, call.parameters);
      case 'get-logs-v2':
        return getLogsV2Reply(store, call.body);
      case 'get-histograms':
        return getHistogramsReply(store, call.parameters);
      case 'get-logstore':
        return jsonReply(store.info);
      case 'update-logstore':
        return updateLogstore(stores, store, call.body, clock.now());
      case 'delete-logstore':
        return deleteLogstore(stores, store);
      case 'create-index':
        return createIndex(stores, store, call.body);
      case 'get-index':
        return getIndex(store);
      case 'update-index':
        return updateIndex(stores, store, call.body);
      case 'delete-index':
        return deleteIndex(stores, store);
      default:
        throw new Error(`no such operation: ${String(kind satisfies never)}`);
    }
  };

  const answer = async (request: WireRequest, body: Buffer | undefined): Promise<Reply> => {
    if (body === undefined) return errorReply(refuse('PostBodyTooLarge'));
    const refusal = authenticate(gate, request, body);
    if (refusal !== undefined) return errorReply(refusal);
    const route = routeOf(request.method, request.path, request.parameters.get('type'));
    // A project is created at the address of the region, which names none.
    const isAddressed = request.project === options.project || route?.kind === 'create-project';
    if (!isAddressed) return errorReply(refuse('ProjectNotExist'));
    if (route === undefined) return errorReply(refuse('ParameterInvalid', 'This stand-in has no such operation.'));
    const fault = faults.take(isMeantFor(callKindOf(route)))?.fault;
    if (fault !== undefined && fault !== 'reset-after') return faultReply(fault);
    const reply = await perform(route, { headers: request.headers, parameters: request.parameters, body });
    return fault === undefined ? reply : faultReply(fault);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request, BODY_MAX_BYTES);
    sendReply(await answer(readWireRequest(request), body), request, response);
  };

  const face = await startFace(handle, options.port ?? 0);
  return {
    ...face,
    logs: (logstore) => {
      const store = stores.get(logstore);
      if (store === undefined) throw new RangeError('no such logstore');
      return store.file.logs();
    },
    setFaults: faults.set,
    holdFaults: faults.hold,
    reset: async () => {
      faults.set([]);
      faults.hold([]);
      await stores.reset();
    },
    close: async () => {
      await face.close();
      await stores.close();
    },
  };
}

/** What an operation sees of a verified request. */
interface SlsCall {
  readonly headers: ReadonlyMap<string, string>;
  readonly parameters: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** CreateProject: there is one, and it was there before. */
function createProject(own: string, body: Buffer): Reply {
  const given = readJson(body);
  const isOwn = typeof given === 'object' && given !== null && 'projectName' in given && given.projectName === own;
  return errorReply(
    isOwn ? refuse('ProjectAlreadyExist') : refuse('ParameterInvalid', 'This stand-in has one project.'),
  );
}
