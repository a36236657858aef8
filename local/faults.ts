import * as v from 'valibot';
import { type AdminAnswer, adminFailure } from './admin-answer.ts';
import { CHAT_FAULTS, type ChatFault, type LocalChat } from './chat/chat-face.ts';
import type { CloudServices } from './cloud-services.ts';
import type { MqttHeldFault } from './mqtt/faults.ts';
import type { SlsHeldFault } from './sls/faults.ts';

/** One switchboard for everything that can go wrong with the services, until it is switched back. */
export interface FaultBoard {
  /** The position of every switch, and the positions there are. */
  readonly show: () => AdminAnswer;
  /** Turns the switches a body names, all of them or none. */
  readonly turn: (body: unknown) => AdminAnswer;
  /** Every switch back to `ok`. */
  readonly reset: () => void;
}

const EVERY_CALL = ['write', 'read', 'manage'] as const;

/** The log service: not there; there and busy; over a quota. */
const SLS_POSITIONS = {
  down: [{ fault: 'reset-before', calls: EVERY_CALL }],
  busy: [{ fault: 'server-busy', calls: EVERY_CALL }],
  quota: [
    { fault: 'write-quota-exceed', calls: ['write'] },
    { fault: 'read-quota-exceed', calls: ['read'] },
  ],
  'answer-lost': [{ fault: 'reset-after', calls: ['write'] }],
  hang: [{ fault: 'silence', calls: EVERY_CALL }],
} as const satisfies Record<string, readonly SlsHeldFault[]>;

const MQTT_POSITIONS = {
  down: [{ action: '*', fault: 'reset-before' }],
  busy: [{ action: '*', fault: 'empty-503' }],
  throttled: [{ action: '*', fault: 'throttle' }],
  'answer-lost': [{ action: '*', fault: 'reset-after' }],
  hang: [{ action: '*', fault: 'silence' }],
} as const satisfies Record<string, readonly MqttHeldFault[]>;

const ChatPosition = v.picklist(['ok', ...CHAT_FAULTS]);
const Prefixes = v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(256))), v.minLength(1), v.maxLength(32));
const Positions = v.strictObject({
  robot: v.exactOptional(ChatPosition),
  webhook: v.exactOptional(ChatPosition),
  feishu: v.exactOptional(ChatPosition),
  wecom: v.exactOptional(ChatPosition),
  slack: v.exactOptional(ChatPosition),
  sls: v.exactOptional(v.picklist(['ok', ...keysOf(SLS_POSITIONS)])),
  mqtt: v.exactOptional(v.picklist(['ok', ...keysOf(MQTT_POSITIONS)])),
  oss: v.exactOptional(
    v.union([v.picklist(['ok', 'down', 'refuse-writes']), v.strictObject({ 'refuse-writes': Prefixes })]),
  ),
});

/** Positions by the name of their switch. */
export type FaultPositions = Readonly<v.InferOutput<typeof Positions>>;

type SwitchName = keyof FaultPositions;

const ALL_OK: Required<FaultPositions> = {
  robot: 'ok',
  webhook: 'ok',
  feishu: 'ok',
  wecom: 'ok',
  slack: 'ok',
  sls: 'ok',
  mqtt: 'ok',
  oss: 'ok',
};

const CHATS = ['ok', ...CHAT_FAULTS];
const KNOWN: Readonly<Record<SwitchName, readonly unknown[]>> = {
  robot: CHATS,
  webhook: CHATS,
  feishu: CHATS,
  wecom: CHATS,
  slack: CHATS,
  sls: ['ok', ...keysOf(SLS_POSITIONS)],
  mqtt: ['ok', ...keysOf(MQTT_POSITIONS)],
  oss: ['ok', 'down', 'refuse-writes', { 'refuse-writes': ['outbox/'] }],
};

/** The switchboard of running services, with every switch at `ok`. */
export function createFaultBoard(services: CloudServices): FaultBoard {
  let positions: Required<FaultPositions> = ALL_OK;
  const turnTo = (next: Required<FaultPositions>): void => {
    positions = next;
    apply(next, services);
  };
  return {
    show: () => ({ status: 200, body: { faults: positions, known: KNOWN } }),
    turn: (body) => {
      const read = v.safeParse(Positions, body);
      if (!read.success) {
        const message = 'send {"robot":"down"}; GET /faults shows every switch and its positions';
        return adminFailure(400, 'FaultsInvalid', message);
      }
      turnTo({ ...positions, ...read.output });
      return { status: 200, body: { ok: true, faults: positions } };
    },
    reset: () => turnTo(ALL_OK),
  };
}

function apply(positions: Required<FaultPositions>, { chats, sls, mqtt, oss }: CloudServices): void {
  hold(chats.dingtalk, positions.robot);
  hold(chats.webhook, positions.webhook);
  hold(chats.feishu, positions.feishu);
  hold(chats.wecom, positions.wecom);
  hold(chats.slack, positions.slack);
  sls.holdFaults(positions.sls === 'ok' ? [] : SLS_POSITIONS[positions.sls]);
  mqtt.holdFaults(positions.mqtt === 'ok' ? [] : MQTT_POSITIONS[positions.mqtt]);
  oss.setOutage(outageOf(positions.oss));
}

const hold = (chat: LocalChat, position: 'ok' | ChatFault): void =>
  chat.holdFault(position === 'ok' ? undefined : position);

function outageOf(position: Required<FaultPositions>['oss']): Parameters<CloudServices['oss']['setOutage']>[0] {
  switch (position) {
    case 'ok':
      return { kind: 'none' };
    case 'down':
      return { kind: 'all' };
    case 'refuse-writes':
      return { kind: 'writes', prefixes: [''] };
    default:
      return { kind: 'writes', prefixes: position['refuse-writes'] };
  }
}

function keysOf<Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(table) as Name[];
}
