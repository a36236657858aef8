import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as v from 'valibot';
import type { LocalCloud } from '../../local/cloud.ts';
import type { CloudEvent } from '../../local/cloud-event.ts';
import { parseInstanceId } from '../../shared/core/instance.ts';
import { durationMs, epochMs, plus } from '../../shared/core/time.ts';
import { bucketClient, logReader, mqttClient } from '../commands/clients.ts';
import { localTarget } from '../commands/target.ts';
import { CommandError } from '../terminal/command-error.ts';
import { OWN_NAME } from '../terminal/own-name.ts';
import type { ChatMessage } from './chat-bubble.ts';
import type { FinishedCall, PlayChat, PlayFleet, PlayWorld } from './world.ts';

/** Hands what happens in the local cloud to whoever listens at the moment. */
export interface EventFeed {
  readonly tell: (event: CloudEvent) => void;
  /** Tells every message that the robot's chat shows, until the returned function is called. */
  readonly onMessage: (listener: (message: ChatMessage) => void) => () => void;
  readonly onFinishedCall: PlayWorld['onFinishedCall'];
}

/** A feed without listeners. */
export function createEventFeed(): EventFeed {
  const calls = createListeners<FinishedCall>();
  const messages = createListeners<ChatMessage>();
  return {
    tell: (event) => {
      if (event.kind === 'invocation') calls.tell(event.invocation);
      if (event.kind === 'message' && event.chat === 'dingtalk') messages.tell(event.message);
    },
    onFinishedCall: calls.add,
    onMessage: messages.add,
  };
}

function createListeners<Thing>() {
  const listeners = new Set<(thing: Thing) => void>();
  return {
    tell: (thing: Thing): void => {
      for (const listener of [...listeners]) listener(thing);
    },
    add: (listener: (thing: Thing) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const MARGIN = durationMs(-5_000);
const AHEAD = durationMs(60_000);
const MAX_ROWS = 200;
// Beyond every limit of a scene's own, so that a scene says itself what it missed.
const SCENE_LIMIT_MS = 120_000;

/** The world of a play: the clients any outside program would use, made from the endpoints the local cloud wrote. */
export function openLocalWorld(
  cloud: LocalCloud,
  context: {
    readonly feed: EventFeed;
    readonly dataFolder: string;
    readonly now: () => number;
    readonly stopped: AbortSignal;
    readonly language: 'zh' | 'en';
  },
): PlayWorld {
  const { endpoints } = cloud;
  const [first = ''] = endpoints.mqtt.instances;
  const instance = parseInstanceId(first);
  if (instance === undefined) {
    throw new CommandError({ code: 'no-instance', message: 's.yaml names no instance the play could use' });
  }
  const target = localTarget({ ...endpoints, mqtt: { ...endpoints.mqtt, instances: [...endpoints.mqtt.instances] } });
  const readLog = logReader(target);
  const clockNow = () => epochMs(cloud.clock.now());
  const recordsWhere: PlayWorld['recordsWhere'] = async (query, since, maxRows = MAX_ROWS) => {
    const span = { from: plus(since, MARGIN), to: plus(clockNow(), AHEAD) };
    const { rows } = await readLog({ ...span, query, maxRows });
    return rows.toReversed();
  };
  return {
    instance,
    whereToLook: `Look with "${OWN_NAME} log tail --since 5m --local ${context.dataFolder}", and into ${join(context.dataFolder, 'logs')}.`,
    bucketFolder: endpoints.oss.folder,
    mqtt: mqttClient(target),
    store: bucketClient(target, SCENE_LIMIT_MS),
    recordsOf: async (caName, since) => {
      const rows = await recordsWhere(`name: "${caName}"`, since);
      return rows.filter((row) => row.name === caName);
    },
    recordsWhere,
    fleet: fleetOf(cloud, instance),
    chat: chatOf(cloud),
    language: context.language,
    onFinishedCall: context.feed.onFinishedCall,
    clockNow,
    now: context.now,
    stopped: context.stopped,
  };
}

const LIVED_MS = 400 * 86_400_000;
/** A sweep is named by the second of its tick, so the next one has to be in another. */
const BETWEEN_TICKS_MS = 2_000;
const SWEEP = 'sweep';

function fleetOf({ clock, fc, mqtt }: LocalCloud, instance: string): PlayFleet {
  const { engine } = mqtt;
  return {
    connect: (ca, devices) => {
      const validFrom = clock.now() - LIVED_MS;
      const made = engine.registerDevices(
        instance,
        ca,
        devices.map((device) => ({ ...device, validFrom })),
      );
      return made.kind === 'registered' ? made.count : 0;
    },
    switchDevice: (ca, serial, status) => engine.setDeviceStatus(instance, ca, serial, status),
    switchCa: (ca, status) => engine.setCaStatus(instance, ca, status),
    passTime: async (ms) => {
      clock.advance(ms);
      await setImmediate();
      await fc.idle();
    },
    tick: async () => {
      await fc.idle();
      clock.advance(BETWEEN_TICKS_MS);
      return fc.tick(SWEEP);
    },
  };
}

const TELLER = 'notify';
const MessagesSchema = v.object({
  messages: v.array(v.object({ number: v.number(), title: v.string(), text: v.string() })),
});

function chatOf({ endpoints, fc }: LocalCloud): PlayChat {
  return {
    messages: async () => {
      const answer = await fetch(`${endpoints.dingtalk.messages}?format=json&limit=1000`);
      return v.parse(MessagesSchema, await answer.json()).messages;
    },
    tell: async () => {
      await fc.idle();
      await fc.tick(TELLER);
      await fc.idle();
    },
  };
}
