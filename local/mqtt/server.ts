import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LocalClock } from '../clock.ts';
import type { LocalCredentials } from '../credentials.ts';
import { type Face, readBody, startFace } from '../face.ts';
import { createFaultPlan } from '../fault-plan.ts';
import { type Reply, sendReply } from '../http-reply.ts';
import { createMqttAdmin, type MqttAdmin } from './admin-calls.ts';
import { authenticate, type Gate } from './authenticate.ts';
import { createCallLimits } from './call-limits.ts';
import { createCallRecord, type RecordedCall } from './call-record.ts';
import { openDevices, openFleetingDevices } from './devices/device-journal.ts';
import type { DeviceRegistry } from './devices/device-registry.ts';
import { createMqttEngine, type EngineHooks, type MqttEngine } from './engine.ts';
import { refuse } from './errors.ts';
import { isMeantFor, isPageFault, type MqttFault, type MqttHeldFault, type PageFault } from './faults.ts';
import type { HistoryEntry } from './history.ts';
import { createNonceMemory } from './nonces.ts';
import { errorReply, faultReply, type ReplySource, successReply, throttledReply } from './reply.ts';
import { DEFAULT_MQTT_SETTINGS, type MqttSettings } from './settings.ts';
import type { MqttState } from './state.ts';
import { loadState, openStateFile } from './state-file.ts';
import { readCall, type WireCall } from './wire-call.ts';

/** What a stand-in is started with. */
export interface MqttOptions {
  /** Codes and CAs are kept here, in `state.json`, device certificates in `devices.jsonl`. */
  readonly dataFolder: string;
  /** False keeps device certificates in memory alone, for fleets of a size that only a bench needs; default true. */
  readonly persistDevices?: boolean;
  /** The instances of the account. */
  readonly instances: readonly string[];
  readonly region: string;
  readonly accountId: string;
  /** Read anew for every call, so that temporary keys may be added while it runs. */
  readonly credentials: readonly LocalCredentials[];
  readonly clock: LocalClock;
  readonly port?: number;
  readonly settings?: Partial<MqttSettings>;
  /** Monotonic milliseconds, for the rate limits alone; real time by default. */
  readonly monotonicNow?: () => number;
}

/** The running stand-in of the ApsaraMQ for MQTT OpenAPI (product OnsMqtt, version 2020-04-20). */
export interface LocalMqtt extends Face {
  readonly engine: MqttEngine;
  /** The newest calls, at least 200,000 of them. */
  readonly calls: () => readonly RecordedCall[];
  /** What the admin endpoint of the local cloud may ask for. */
  readonly admin: MqttAdmin;
  /** Who switched what, when; oldest first. */
  readonly history: () => readonly HistoryEntry[];
  /** Replaces the faults to come. */
  readonly setFaults: (faults: readonly MqttFault[]) => void;
  /** What goes wrong until it is told otherwise, besides the faults to come. */
  readonly holdFaults: (faults: readonly MqttHeldFault[]) => void;
  readonly setSettings: (changes: Partial<MqttSettings>) => void;
  /** Replaces what is told before a call or a page; see `EngineHooks`. */
  readonly setHooks: (hooks: EngineHooks) => void;
  /** Forgets state, devices, history, hooks, calls, faults, nonces and blocks; settings stay. Resolves when the empty state is on disk. */
  readonly reset: () => Promise<void>;
}

const API_VERSION = '2020-04-20';
const BODY_MAX_BYTES = 1024 * 1024;
const HEADER_MAX_BYTES = 64 * 1024; // two RSA-4096 certificates in a URL are 4.5 KB; Node's 16 KiB is our limit, not theirs

interface Outcome {
  readonly reply: Reply;
  /** What the record says. */
  readonly code: string;
}

/** Starts the stand-in on 127.0.0.1. */
export async function startMqtt(options: MqttOptions): Promise<LocalMqtt> {
  const { clock, region, accountId } = options;
  const monotonicNow = options.monotonicNow ?? (() => performance.now());
  const state = await loadState(options.dataFolder);
  const file = openStateFile(options.dataFolder);
  const kept = options.persistDevices === false ? openFleetingDevices() : await openDevices(options.dataFolder);
  dropOrphans(kept.devices, state);
  const engine = createMqttEngine({
    instances: options.instances,
    settings: { ...DEFAULT_MQTT_SETTINGS, ...options.settings },
    state,
    devices: kept.devices,
    now: clock.now,
    onChange: file.save,
  });
  const gate: Gate = { credentials: options.credentials, clock, nonces: createNonceMemory() };
  const limits = createCallLimits(engine.settings);
  const faults = createFaultPlan<MqttHeldFault>(clock.now);
  const record = createCallRecord();

  const run = (call: WireCall, source: ReplySource, pageFault?: PageFault): Outcome => {
    const isKnown = call.signed.path === '/' && call.version === API_VERSION;
    const answer = isKnown ? engine.call({ ...call, pageFault }) : refuse('InvalidApi.NotFound');
    if (answer.ok) return { reply: successReply(answer.body), code: 'OK' };
    return { reply: errorReply(answer, source), code: answer.code };
  };

  const answerCall = (call: WireCall, at: number): Outcome => {
    const settings = engine.settings();
    const source: ReplySource = { region, accountId, settings, action: call.action };
    const refusal = authenticate(gate, call.signed, call.body, settings);
    if (refusal !== undefined) return { reply: errorReply(refusal, source), code: refusal.code };
    const admission = limits.call(at);
    if (admission.kind === 'throttled') {
      return { reply: throttledReply(admission.retryAfterMs, source), code: 'Throttling.User' };
    }
    const fault = faults.take(isMeantFor(call.action, Number(call.parameters.get('PageNo'))))?.fault;
    if (fault === undefined) return run(call, source);
    if (isPageFault(fault)) return run(call, source, fault);
    if (fault === 'reset-after') run(call, source);
    return { reply: faultReply(fault, source), code: fault };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = monotonicNow();
    const address = request.socket.remoteAddress ?? '';
    const note = (action: string, code: string): void => record.add({ at, action, source: address, code });
    if (limits.arrive(address, at).kind === 'blocked') {
      note(actionOf(request), 'Blocked');
      sendReply({ kind: engine.settings().blockedSees }, request, response);
      return;
    }
    const body = await readBody(request, BODY_MAX_BYTES);
    const source = { region, accountId, settings: engine.settings(), action: actionOf(request) };
    const outcome =
      body === undefined
        ? { reply: errorReply(refuse('RequestEntityTooLarge'), source), code: 'RequestEntityTooLarge' }
        : answerCall(readCall(request, body, engine.settings()), at);
    note(source.action, outcome.code);
    sendReply(outcome.reply, request, response);
  };

  const face = await startFace(handle, options.port ?? 0, { maxHeaderBytes: HEADER_MAX_BYTES });
  return {
    ...face,
    engine,
    calls: record.list,
    admin: createMqttAdmin(engine, clock.now),
    history: engine.history,
    setFaults: faults.set,
    holdFaults: faults.hold,
    setSettings: engine.setSettings,
    setHooks: engine.setHooks,
    reset: async () => {
      engine.reset();
      faults.set([]);
      faults.hold([]);
      limits.clear();
      gate.nonces.clear();
      record.clear();
      kept.flush();
      await file.flush();
    },
    close: async () => {
      await face.close();
      kept.close();
      await file.flush();
    },
  };
}

/** Devices whose CA is gone: a crash fell between the two files. */
function dropOrphans(devices: DeviceRegistry, state: MqttState): void {
  for (const { instance, ca } of devices.cas()) {
    if (!state.cas.some((held) => held.instance === instance && held.serialHex === ca)) devices.removeCa(instance, ca);
  }
}

/** The action header, cut to what the record keeps. */
function actionOf(request: IncomingMessage): string {
  const action = request.headers['x-acs-action'];
  return typeof action === 'string' ? action.slice(0, 64) : '';
}
