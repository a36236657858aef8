import type { Severity } from '../../shared/core/outcome-table.ts';
import { durationMs } from '../../shared/core/time.ts';
import { decodeDestinationEvent } from '../../shared/events/destination-event.ts';
import { runDeadLetter } from '../../shared/pipelines/dead-letter/run.ts';
import { BUCKET, type DropWorld, dropWorldOn, INSTANCE, KEY } from './drop-world.ts';
import { refusingHop } from './housekeeping-world.ts';
import { type NotifyWorld, notifyWorldOn, type TellOptions } from './notify-world.ts';
import { REGION, type ServiceWorld, serviceWorld } from './service-world.ts';
import { type SweepWorld, sweepWorldOn } from './sweep-world.ts';

const PROJECT = 'told-project';
const MINUTE = 60_000;

/** One deployment: every pipeline on the same services, one bucket, one log store and one robot. */
export interface ToldWorld {
  readonly services: ServiceWorld;
  readonly drops: DropWorld;
  readonly sweeps: SweepWorld;
  readonly teller: NotifyWorld;
  /** The platform gives an event up and hands it to the dead-letter function. */
  readonly loseEvent: (notice: object) => Promise<void>;
  /** What the settings of a function are, before a story spoils them. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the platform says about a call of a function. */
  readonly contextOf: (functionName: string, accountId?: string) => FunctionCall;
  /** The log store answers `code` to every group of logs that holds this text. */
  readonly refuseLogsWith: (text: string, code: string) => void;
  readonly put: (key: string, text: string) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  /** As many minutes pass; in each of them the teller comes and keeps house. */
  readonly minutes: (count: number, options?: TellOptions) => Promise<void>;
  /** Every alert that was written, oldest first. */
  readonly alerts: () => readonly WrittenAlert[];
  /** What the groups of the two robots read, oldest first. */
  readonly messages: () => readonly ShownMessage[];
}

/** A message in a group. */
export interface ShownMessage {
  readonly by: 'first' | 'second';
  readonly title: string;
  readonly text: string;
}

/** An alert as its name in the outbox says. */
export interface WrittenAlert {
  readonly kind: string;
  readonly severity: Severity;
  readonly eventId: string;
  readonly isEnd: boolean;
}

interface FunctionCall {
  readonly requestId: string;
  readonly functionName: string;
  readonly accountId: string;
  readonly credentials: typeof KEY;
  readonly timeout: ReturnType<typeof durationMs>;
}

const ALERT = /^outbox\/alerts\/([a-z]+)\/([a-z-]+)\.[0-9a-f]{16}\/\d{13}-([0-9a-f]{32})(-end)?\.json$/;

/** Starts a deployment; it ends with the test. */
export async function toldWorld(): Promise<ToldWorld> {
  const services = await serviceWorld({ bucket: BUCKET, project: PROJECT, instances: [INSTANCE], key: KEY });
  const { mqtt, oss, sls } = services;
  mqtt.setSettings({ callsPerSecond: 1_000_000, callsPerSecondPerSource: 1_000_000 });
  const drops = await dropWorldOn(services);
  const sweeps = sweepWorldOn(services, INSTANCE);
  const teller = await notifyWorldOn(services);
  const hop = await refusingHop(sls.endpoint);
  return {
    services,
    drops,
    sweeps,
    teller,
    loseEvent: async (notice) => {
      const functionName = 'dead-letter';
      const ports = services.portsOf({ functionName, runLog: { write: () => undefined }, timeoutMs: 50_000 });
      const run = { functionName, functionRequestId: 'd-1', configDigest: 'c0ffee', version: '0' };
      const deps = { ...ports, print: () => undefined, run };
      await runDeadLetter(deps, decodeDestinationEvent(Buffer.from(JSON.stringify(notice))));
    },
    environment: {
      MQTT_CERTS_REGION: REGION,
      MQTT_CERTS_BUCKET: BUCKET,
      MQTT_CERTS_INSTANCES: INSTANCE,
      MQTT_CERTS_LOG_PROJECT: PROJECT,
      MQTT_CERTS_LOG_STORE: 'outcomes',
      MQTT_CERTS_OSS_ENDPOINT: oss.endpoint,
      MQTT_CERTS_MQTT_ENDPOINT: mqtt.endpoint,
      MQTT_CERTS_LOG_ENDPOINT: sls.endpoint,
    },
    contextOf: (functionName, accountId = '1234567890123456') => ({
      ...{ requestId: 'f-1', functionName, accountId, credentials: KEY, timeout: durationMs(120_000) },
    }),
    refuseLogsWith: hop.refuse,
    put: teller.put,
    remove: teller.remove,
    minutes: async (count, options) => {
      for (let minute = 0; minute < count; minute += 1) {
        services.clock.advance(MINUTE);
        await teller.tell({
          ...{ keepsHouse: true, logEndpoint: hop.endpoint },
          ...options,
          settings: { logProject: PROJECT, ...options?.settings },
        });
      }
    },
    alerts: () =>
      services.written.flatMap(({ key }) => {
        const [, severity, kind, eventId, end] = ALERT.exec(key) ?? [];
        if (severity === undefined || kind === undefined || eventId === undefined) return [];
        return [{ severity: severity as Severity, kind, eventId, isEnd: end !== undefined }];
      }),
    messages: () =>
      [
        ...teller.robot.messages().map((message) => ({ ...message, by: 'first' as const })),
        ...teller.second.messages().map((message) => ({ ...message, by: 'second' as const })),
      ].sort((a, b) => a.at - b.at),
  };
}
