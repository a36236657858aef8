import { openapiCallApi } from '../../shared/adapters/openapi-call.ts';
import { openapiCertificates } from '../../shared/adapters/openapi-certificates.ts';
import { ossClient } from '../../shared/adapters/oss-client.ts';
import { slsLog } from '../../shared/adapters/sls-log.ts';
import { slsSend } from '../../shared/adapters/sls-send.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import { parseInstanceId } from '../../shared/core/instance.ts';
import { type OutcomeRecord, RECORD_SCHEMA } from '../../shared/core/outcome-record.ts';
import { epochMs } from '../../shared/core/time.ts';
import type { BenchCloud } from './bench-cloud.ts';
import type { BenchPair } from './bench-pairs.ts';

const TIMEOUT_MS = 5000;
const MAX_BYTES = 64 * 1024;

/**
 * What someone would write for one pair without thinking of anything that can go wrong, over the same clients: read both
 * files, register, write a log record. No lease, no check, no look-up before and after, nothing filed, no function.
 *
 * @returns A function that does it for a pair in the bucket and resolves to the milliseconds it took.
 */
export function bareRegistration(bench: BenchCloud): (pair: BenchPair, number: number) => Promise<number> {
  const { credentials, mqtt, oss, sls } = bench.cloud.endpoints;
  const bucket = ossClient(oss, credentials);
  const certificates = openapiCertificates({
    callApi: openapiCallApi({ endpoint: mqtt.endpoint, protocol: 'http', credentials, timeoutMs: TIMEOUT_MS }),
    budget: { acquire: () => Promise.resolve(), answered: () => undefined, throttled: () => undefined },
    parameters: 'query',
    timeoutMs: TIMEOUT_MS,
  });
  const send = slsSend({ ...sls, region: oss.region }, credentials, systemClock.now);
  const instance = parseInstanceId(bench.instance);
  if (instance === undefined) throw new Error('s.yaml names no instance');

  const put = (key: string, text: string): Promise<void> => {
    const bytes = Buffer.from(text);
    return bucket.put({ key, bytes, contentType: 'application/x-pem-file', headers: {}, timeoutMs: TIMEOUT_MS });
  };
  const textOf = async (key: string): Promise<string> => {
    const { bytes } = await bucket.get({ key, headers: {}, maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS });
    return bytes.toString('utf8');
  };
  return async (pair, number) => {
    const folder = `bare/${number}/`; // nothing is triggered there
    await put(`${folder}ca.pem`, pair.ca);
    await put(`${folder}verification.pem`, pair.verification);
    const began = performance.now();
    const caPem = await textOf(`${folder}ca.pem`);
    const verificationPem = await textOf(`${folder}verification.pem`);
    const answer = await certificates.registerCa({ instance, caName: `bare-${number}`, caPem, verificationPem });
    if (answer.kind !== 'answered') throw new Error(`the bare registration was answered ${answer.code}`);
    const deadline = epochMs(Date.now() + TIMEOUT_MS);
    const log = slsLog({ send, logstore: sls.logstore, clock: systemClock, deadline, source: 'bench' });
    await log.append([recordOf(number)]);
    return performance.now() - began;
  };
}

function recordOf(number: number): OutcomeRecord {
  return {
    schema: RECORD_SCHEMA,
    event_id: String(number).padStart(32, '0'),
    kind: 'bare-registration',
    severity: 'info',
    at: new Date().toISOString(),
  };
}
