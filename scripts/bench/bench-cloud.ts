import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCloud, startCloud } from '../../local/cloud.ts';
import type { CloudEvent } from '../../local/cloud-event.ts';
import { type OssClient, ossClient } from '../../shared/adapters/oss-client.ts';
import { mapLimited } from '../../shared/core/limit.ts';
import { factsOf, OUTCOME_KINDS, type OutcomeKind } from '../../shared/core/outcome-table.ts';
import { mqttClient } from '../commands/clients.ts';
import { localTarget } from '../commands/target.ts';
import type { BenchPair } from './bench-pairs.ts';

/** A log record about a drop, and when it was in the log store. */
export interface LoggedOutcome {
  readonly kind: string;
  /** `performance.now()` of the moment. */
  readonly at: number;
}

/** A local cloud for measuring: the deployable bundles on real workers, in a folder that is removed afterwards. */
export interface BenchCloud {
  readonly cloud: LocalCloud;
  readonly instance: string;
  /** Puts one half of a pair with `ali-oss`, as any outside program would. */
  readonly put: (caName: string, file: 'ca.pem' | 'verification.pem', text: string) => Promise<void>;
  /** Resolves once the log store has the record that ends the story of this drop. */
  readonly final: (caName: string) => Promise<LoggedOutcome>;
  /** The drops that have ended so far. */
  readonly ended: ReadonlyMap<string, LoggedOutcome>;
  /** Asks for registration codes, as a person would; at most 100 a second. */
  readonly codes: (count: number) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

/** A drop that has not ended by then never will: a function may take 120 s at most. */
const FINAL_TIMEOUT_MS = 120_000;
const CODES_AT_ONCE = 4;
const PUT_TIMEOUT_MS = 60_000;

/**
 * Starts it. Registration codes stay good when another one is asked for, and an instance may have any number of CAs;
 * everything else is as strict as `npm start`.
 *
 * @param environment - What `s.yaml` is resolved with, such as another call budget.
 */
export async function startBenchCloud(options: {
  readonly projectFolder: string;
  readonly maxWorkers: number;
  readonly environment?: Readonly<Record<string, string>>;
}): Promise<BenchCloud> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'mqtt-certs-bench-'));
  const outcomes = new OutcomeWatch();
  const remove = (): void => rmSync(dataFolder, { recursive: true, force: true });
  const cloud = await startCloud({
    ...options,
    dataFolder,
    watch: false, // every upload goes through ali-oss; looking at the folder besides would only cost time
    onEvent: (event) => outcomes.take(event),
  }).catch((error: unknown) => {
    remove();
    throw error;
  });
  const { credentials, mqtt, oss } = cloud.endpoints;
  cloud.mqtt.setSettings({ newCode: 'keeps-earlier', caQuota: 1_000_000 });
  const client = ossClient(oss, credentials);
  const [instance = ''] = mqtt.instances;
  return {
    cloud,
    instance,
    put: (caName, file, text) => putHalf(client, `inbox/${instance}/${caName}/${file}`, text),
    final: (caName) => outcomes.final(caName),
    ended: outcomes.ended,
    codes: (count) => askForCodes(cloud, count),
    close: async () => {
      await cloud.close();
      remove();
    },
  };
}

/** Puts both halves one after the other, the CA first; tells when the second upload began and ended. */
export async function dropPair(
  bench: BenchCloud,
  caName: string,
  pair: BenchPair,
): Promise<{ readonly began: number; readonly ended: number }> {
  await bench.put(caName, 'ca.pem', pair.ca);
  const began = performance.now();
  await bench.put(caName, 'verification.pem', pair.verification);
  return { began, ended: performance.now() };
}

function putHalf(client: OssClient, key: string, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  return client.put({ key, bytes, contentType: 'application/x-pem-file', headers: {}, timeoutMs: PUT_TIMEOUT_MS });
}

async function askForCodes({ endpoints }: LocalCloud, count: number): Promise<readonly string[]> {
  const target = localTarget({ ...endpoints, mqtt: { ...endpoints.mqtt, instances: [...endpoints.mqtt.instances] } });
  const [instance] = target.instances;
  if (instance === undefined) throw new Error('s.yaml names no instance');
  const client = mqttClient(target);
  return mapLimited(Array.from({ length: count }), CODES_AT_ONCE, async () => {
    const answer = await client.getRegistrationCode(instance);
    if (answer.kind !== 'answered') throw new Error(`no registration code: ${answer.code}`);
    return answer.value;
  });
}

/** Notes when drops end: each ends with one record whose kind is final. */
class OutcomeWatch {
  readonly ended = new Map<string, LoggedOutcome>();
  readonly #waiting = new Map<string, (outcome: LoggedOutcome) => void>();

  take(event: CloudEvent): void {
    const at = performance.now();
    if (event.kind === 'problem') process.stderr.write(`the local cloud has trouble: ${event.sentence}\n`);
    if (event.kind !== 'logs') return;
    for (const { fields } of event.logs) {
      const { name, kind } = fields;
      if (name === undefined || kind === undefined || !isFinal(kind)) continue;
      this.ended.set(name, { kind, at });
      this.#waiting.get(name)?.({ kind, at });
    }
  }

  async final(caName: string): Promise<LoggedOutcome> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting.set(caName, resolve);
        timer = setTimeout(() => reject(new Error(`the drop ${caName} has not ended`)), FINAL_TIMEOUT_MS);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(caName);
    }
  }
}

function isFinal(kind: string): boolean {
  return kind in OUTCOME_KINDS && factsOf(kind as OutcomeKind).final;
}
