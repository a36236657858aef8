import { join, resolve } from 'node:path';
import { startAdmin } from './admin.ts';
import { type CloudChannels, channelVariables } from './channel-variables.ts';
import type { LocalChats } from './chat/chats.ts';
import { createLocalClock, type LocalClock } from './clock.ts';
import { openCredentials } from './cloud-credentials.ts';
import { type CloudEndpoints, endpointsOf } from './cloud-endpoints.ts';
import type { CloudEvent } from './cloud-event.ts';
import { type Closable, type CloudParts, type CloudServices, resetServices, startServices } from './cloud-services.ts';
import { type CloudSettings, functionsOf, readSettings } from './cloud-settings.ts';
import { type DataFolder, ENDPOINTS_FILE, openDataFolder, writePrivateFile } from './data-folder.ts';
import type { Face } from './face.ts';
import { createFaultBoard, type FaultBoard } from './faults.ts';
import { type Fc, startFc } from './fc/fc.ts';
import type { FunctionDefinition } from './fc/function-definition.ts';
import { startFcFace } from './fc/http-face.ts';
import type { ObjectEvent } from './fc/object-event.ts';
import { openClock } from './moving-clock.ts';
import type { LocalMqtt } from './mqtt/server.ts';
import type { LocalOss, OssObjectEvent } from './oss/oss.ts';
import type { LocalSls } from './sls/server.ts';

/** What a local cloud is started with. */
export interface CloudOptions {
  /** Holds `s.yaml`, and the bundles unless told otherwise. */
  readonly projectFolder: string;
  /** Everything is kept here; a new, empty or own folder. */
  readonly dataFolder: string;
  /** Instead of the `code` folder of `s.yaml`. */
  readonly codeFolder?: string | undefined;
  /** Default: `.build/fc-worker.cjs` and `.build/fc-preload.cjs` of the project. */
  readonly workerScript?: string | undefined;
  readonly preloadScript?: string | undefined;
  /** MQTT instances of the account; default `post-cn-local00001` and `mqtt-cn-local00002`. */
  readonly instances?: readonly string[] | undefined;
  /** What `${env('…')}` in `s.yaml` sees besides; the developer's own environment is never looked at. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Notice files that are copied into the bucket folder; default true. */
  readonly watch?: boolean | undefined;
  /** Function workers at once; default 8. */
  readonly maxWorkers?: number | undefined;
  readonly retryDelayMs?: ((failures: number) => number) | undefined;
  /** The index of the outcome log, as CreateIndex takes it; by default queries find everything. */
  readonly logIndex?: unknown;
  /** The chats that the functions write to; default: the DingTalk robot alone. */
  readonly channels?: CloudChannels | undefined;
  /** Empty the data folder first. */
  readonly reset?: boolean | undefined;
  readonly onEvent?: ((event: CloudEvent) => void) | undefined;
}

/** A running local cloud. */
export interface LocalCloud {
  readonly endpoints: CloudEndpoints;
  readonly oss: LocalOss;
  readonly mqtt: LocalMqtt;
  readonly sls: LocalSls;
  /** Where messages go: the robot of DingTalk, and the others. */
  readonly chats: LocalChats;
  readonly fc: Fc;
  /** Where `fc` is called over HTTP. */
  readonly fcFace: Face;
  /** Moving it wakes timers and waiting retries. */
  readonly clock: LocalClock;
  /** What goes wrong until it is switched back; `POST /faults` of the admin endpoint. */
  readonly faults: FaultBoard;
  readonly admin: Face;
  /** Lets running functions end, then empties every service. */
  readonly reset: () => Promise<void>;
  /** Stops everything; what was accepted and not finished goes on at the next start. */
  readonly close: () => Promise<void>;
}

/**
 * Starts the local cloud on 127.0.0.1 and writes `endpoints.json` into its data folder when everything answers.
 *
 * @throws DataFolderError when the folder is in use or not the local cloud's; SYamlError when `s.yaml` cannot be used.
 */
export async function startCloud(options: CloudOptions): Promise<LocalCloud> {
  const settings = readSettings(options); // before anything is locked or emptied
  const folder = openDataFolder(options.dataFolder, {
    reset: options.reset ?? false,
    realNow: createLocalClock().realNow,
  });
  const opened: Closable[] = [];
  try {
    return await compose(options, settings, folder, opened);
  } catch (error) {
    for (const part of opened.reverse()) await part.close();
    folder.release();
    throw error;
  }
}

async function compose(
  options: CloudOptions,
  settings: CloudSettings,
  folder: DataFolder,
  opened: Closable[],
): Promise<LocalCloud> {
  const tell = options.onEvent ?? (() => undefined);
  const keys = openCredentials(folder.path);
  const running: { fc?: Fc } = {};
  const clock = openClock(folder.path, () => running.fc?.wake());
  const keep = async <Part extends Closable>(starting: Promise<Part> | Part): Promise<Part> => {
    const part = await starting;
    opened.push(part);
    return part;
  };

  const early: OssObjectEvent[] = []; // what the bucket tells before the functions are there
  const deliver = (event: OssObjectEvent): void => {
    if (running.fc === undefined) {
      early.push(event);
      return;
    }
    running.fc
      .deliver(asObjectEvent(event))
      .catch((error: unknown) => tell(problem('an event could not be queued', error)));
  };

  const parts: CloudParts = { settings, folder, keys, clock, tell };
  const services = await startServices({
    ...parts,
    watch: options.watch ?? true,
    logIndex: options.logIndex,
    keep,
    deliver,
  });
  const credentials = [keys.user, keys.role];
  const functions = (): Fc | undefined => running.fc;
  const fcFace = await keep(startFcFace({ functions, accountId: settings.accountId, credentials, clock }));
  const fc = await keep(startFunctions(parts, options, { services, fcFace }));
  running.fc = fc;
  for (const event of early.splice(0)) deliver(event);

  const faults = createFaultBoard(services);
  const reset = async (): Promise<void> => {
    faults.reset();
    await resetAll(fc, services);
  };
  const admin = await keep(
    startAdmin(adminActions(fc, { clock, reset, faults, mqtt: services.mqtt }), keys.adminToken),
  );
  const endpoints = endpointsOf(settings, keys, { ...services, fc, fcFace, admin });
  writePrivateFile(join(folder.path, ENDPOINTS_FILE), `${JSON.stringify(endpoints, null, 2)}\n`);
  const close = async (): Promise<void> => {
    for (const part of opened.splice(0).reverse()) await part.close();
    folder.release();
  };
  return { endpoints, ...services, fc, fcFace, clock, faults, admin, reset, close };
}

function startFunctions(
  { settings, folder, keys, clock, tell }: CloudParts,
  options: CloudOptions,
  { services, fcFace }: { readonly services: CloudServices; readonly fcFace: Face },
): Fc {
  const build = join(options.projectFolder, '.build');
  return startFc({
    dataFolder: folder.path,
    functions: functionsOf(options, {
      MQTT_CERTS_OSS_ENDPOINT: services.oss.endpoint,
      MQTT_CERTS_MQTT_ENDPOINT: services.mqtt.endpoint,
      MQTT_CERTS_LOG_ENDPOINT: services.sls.endpoint,
      MQTT_CERTS_FC_ENDPOINT: fcFace.endpoint,
      ...channelVariables(services.chats, options.channels),
    }),
    codeFolderOf: (definition: FunctionDefinition) =>
      options.codeFolder ?? resolve(options.projectFolder, definition.code),
    workerScript: options.workerScript ?? join(build, 'fc-worker.cjs'),
    preloadScript: options.preloadScript ?? join(build, 'fc-preload.cjs'),
    accountId: settings.accountId,
    credentials: keys.role,
    clock,
    maxWorkers: options.maxWorkers,
    retryDelayMs: options.retryDelayMs,
    onInvocation: (invocation) => tell({ kind: 'invocation', invocation }),
    onProblem: (sentence) => tell({ kind: 'problem', sentence }),
  });
}

async function resetAll(fc: Fc, services: CloudServices): Promise<void> {
  fc.reset();
  await fc.idle(); // a function that still runs would write into what is being emptied
  await resetServices(services);
  fc.reset();
}

function adminActions(
  fc: Fc,
  { clock, faults, mqtt, reset }: Pick<LocalCloud, 'clock' | 'faults' | 'mqtt' | 'reset'>,
): Parameters<typeof startAdmin>[0] {
  return {
    mqtt: mqtt.admin,
    faults,
    tick: (name) => fc.tick(name),
    invocations: (limit) => fc.invocations(limit),
    output: (id) => fc.output(id),
    reset,
    advanceClock: (ms) => {
      clock.advance(ms);
      return clock.now();
    },
    health: () => ({ ok: true, now: new Date(clock.now()).toISOString(), functions: fc.functions }),
  };
}

function asObjectEvent(event: OssObjectEvent): ObjectEvent {
  const { eventName, bucket, key, size, requestId, sourceIp, principalId } = event;
  return {
    eventName,
    atMs: event.at,
    bucket,
    key,
    size,
    deltaSize: size,
    eTag: event.etag,
    requestId,
    sourceIp,
    principalId,
  };
}

function problem(what: string, error: unknown): CloudEvent {
  return { kind: 'problem', sentence: `${what}: ${error instanceof Error ? error.message : String(error)}` };
}
