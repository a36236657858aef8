import { randomBytes } from 'node:crypto';
import { type ChatFaceOptions, type LocalChat, startChatFace } from '../chat/chat-face.ts';
import { type ChatKeys, openChatKeys } from '../chat/chat-keys.ts';
import type { ChatCall, ChatRefusal, ChatRules, Reading } from '../chat/chat-rules.ts';
import { isNear, type LocalClock } from '../clock.ts';
import type { HttpReply } from '../http-reply.ts';
import { readJson } from '../http-request.ts';
import { isSameText } from '../same-text.ts';
import { antiFloodReply, robotReply } from './robot-errors.ts';
import { readRobotMessage } from './robot-message.ts';
import { signRobot } from './robot-sign.ts';

/** What a robot is set to in its group, and what its page leaves open. */
export interface RobotSettings {
  /** Whether messages must be signed; false leaves the token alone to protect the group. */
  readonly signed: boolean;
  /** Each message must contain one of them; empty means that none is asked for. At most 10. */
  readonly keywords: readonly string[];
  /** Messages in any minute; one more mutes the robot. */
  readonly perMinute: number;
  readonly muteMs: number;
  /** How long a `msgUuid` is remembered; the page names no time. */
  readonly rememberKeysMs: number;
}

const DEFAULT_SETTINGS: RobotSettings = {
  signed: true,
  keywords: [],
  perMinute: 20,
  muteMs: 10 * 60_000,
  rememberKeysMs: 60 * 60_000,
};

/** A running robot of one group. */
export interface LocalRobot extends LocalChat {
  readonly setSettings: (changes: Partial<RobotSettings>) => void;
}

const BODY_MAX_BYTES = 20_000;
const WINDOW_MS = 60 * 60_000;

/**
 * Starts the stand-in of a DingTalk custom robot (`POST /robot/send`) on 127.0.0.1. It answers every request with status
 * 200; its body says what became of it.
 */
export async function startRobot(
  options: ChatFaceOptions & { readonly settings?: Partial<RobotSettings> },
): Promise<LocalRobot> {
  let settings: RobotSettings = { ...DEFAULT_SETTINGS, ...options.settings };
  const keys = openChatKeys(options.folder, makeKeys);
  const rules: ChatRules = {
    kind: 'dingtalk',
    keys,
    address: `/robot/send?access_token=${keys.token}`,
    limits: () => [{ count: settings.perMinute, windowMs: 60_000, muteMs: settings.muteMs }],
    rememberKeysMs: () => settings.rememberKeysMs,
    read: (call) => read(call, { keys, settings, clock: options.clock }),
    delivered: robotReply('ok'),
    tooLong: robotReply('too-long'),
    refuse,
  };
  const chat = await startChatFace(rules, options);
  return {
    ...chat,
    setSettings: (changes) => {
      settings = { ...settings, ...changes };
    },
  };
}

/** Tokens have 64 hex digits, secrets begin with `SEC`. */
const makeKeys = (): ChatKeys => ({
  token: randomBytes(32).toString('hex'),
  secret: `SEC${randomBytes(32).toString('hex')}`,
});

interface Robot {
  readonly keys: ChatKeys;
  readonly settings: RobotSettings;
  readonly clock: LocalClock;
}

const refused = (reply: HttpReply): Reading => ({ kind: 'refused', reply });

function read(call: ChatCall, robot: Robot): Reading {
  const refusal = checkCall(call, robot) ?? checkSign(call.query, robot);
  if (refusal !== undefined) return refused(refusal);
  const body = readJson(call.body);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refused(robotReply('parameter-missing', 'json'));
  }
  const message = readRobotMessage(body);
  switch (message.kind) {
    case 'type-missing':
      return refused(robotReply('parameter-missing', 'msgtype'));
    case 'type-unknown':
      return refused(robotReply('type-unknown'));
    case 'missing':
      return refused(robotReply('parameter-missing', message.where));
    case 'invalid':
      return refused(robotReply('parameter-invalid', message.where));
    case 'message': {
      const { keywords } = robot.settings;
      const words = `${message.title}\n${message.text}`;
      const hasKeyword = keywords.length === 0 || keywords.some((keyword) => words.includes(keyword));
      return hasKeyword ? { ...message, body } : refused(robotReply('keyword-missing'));
    }
    default:
      throw new Error(`no such message: ${String(message satisfies never)}`);
  }
}

function checkCall({ method, path, query, headers, body }: ChatCall, { keys }: Robot): HttpReply | undefined {
  if (path !== '/robot/send') return robotReply('no-such-path');
  if (method !== 'POST') return robotReply('not-post');
  const token = query.get('access_token') ?? '';
  if (token === '') return robotReply('parameter-missing', 'access_token');
  const [type = ''] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  if (type.trim() !== 'application/json') return robotReply('content-type');
  if (!isSameText(token, keys.token)) return robotReply('token-unknown');
  if (body.length === 0) return robotReply('parameter-missing', 'json');
  return body.length > BODY_MAX_BYTES ? robotReply('too-long') : undefined;
}

/** The time may be near the real or the moved one: functions live in the moved time, other programs in the real one. */
function checkSign(query: URLSearchParams, { keys, settings, clock }: Robot): HttpReply | undefined {
  if (!settings.signed) return undefined;
  const timestamp = query.get('timestamp') ?? '';
  const isTimely = /^\d{13}$/u.test(timestamp) && isNear(clock, Number(timestamp), WINDOW_MS);
  if (!isTimely) return robotReply('timestamp-invalid');
  const isRight = isSameText(query.get('sign') ?? '', signRobot(timestamp, keys.secret));
  return isRight ? undefined : robotReply('sign-differs');
}

function refuse(reason: ChatRefusal): HttpReply {
  switch (reason) {
    case 'throttled':
      return robotReply('too-fast');
    case 'anti-flood':
      return antiFloodReply();
    case 'refused':
      return robotReply('token-unknown');
    case 'content-refused':
      return robotReply('content-unsuitable');
    case 'busy':
      return robotReply('busy');
    default:
      throw new Error(`no such refusal: ${String(reason satisfies never)}`);
  }
}
