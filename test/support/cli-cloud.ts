import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type LocalCloud, startCloud } from '../../local/cloud.ts';
import { bucketClient } from '../../scripts/commands/clients.ts';
import { localTarget } from '../../scripts/commands/target.ts';
import { slsLog } from '../../shared/adapters/sls-log.ts';
import { slsSend } from '../../shared/adapters/sls-send.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import { objectKey } from '../../shared/core/object-version.ts';
import { type OutcomeRecord, RECORD_SCHEMA } from '../../shared/core/outcome-record.ts';
import { epochMs } from '../../shared/core/time.ts';

/** A local cloud without functions to run, in a folder of its own, as a command finds it in its working folder. */
export interface CliCloud {
  readonly cwd: string;
  readonly cloud: LocalCloud;
  /** Writes outcome records as a function does: through the real client. */
  readonly log: (...records: readonly (Partial<OutcomeRecord> & { readonly kind: string })[]) => Promise<void>;
  /** Puts an object as any other client of the bucket would. */
  readonly put: (key: string, text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts it; the bucket folder is not watched, so nothing is triggered. */
export async function startCliCloud(): Promise<CliCloud> {
  const cwd = mkdtempSync(join(tmpdir(), 'mqtt-certs-cli-'));
  const projectFolder = dirname(dirname(import.meta.dirname));
  const cloud = await startCloud({ projectFolder, dataFolder: join(cwd, '.local'), watch: false });
  const { credentials, mqtt, oss, sls } = cloud.endpoints;
  const send = slsSend(
    { endpoint: sls.endpoint, region: oss.region, project: sls.project },
    credentials,
    systemClock.now,
  );
  return {
    cwd,
    cloud,
    log: (...records) => {
      const deadline = epochMs(Date.now() + 10_000);
      const log = slsLog({ send, logstore: sls.logstore, clock: systemClock, deadline, source: 'test' });
      return log.append(records.map((record, at) => ({ ...blank(at), ...record })));
    },
    put: (key, text) =>
      bucketClient(localTarget({ ...cloud.endpoints, mqtt: { ...mqtt, instances: [...mqtt.instances] } })).put({
        key: objectKey(key),
        bytes: Buffer.from(text),
        contentType: 'text/csv',
      }),
    close: async () => {
      await cloud.close();
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}

function blank(at: number): Omit<OutcomeRecord, 'kind'> {
  const id = String(at).padStart(32, '0');
  return { schema: RECORD_SCHEMA, event_id: id, severity: 'info', at: new Date().toISOString() };
}
