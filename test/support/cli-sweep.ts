import { bucketClient } from '../../scripts/commands/clients.ts';
import { openReading } from '../../scripts/commands/reading.ts';
import { localTarget } from '../../scripts/commands/target.ts';
import { createPainter } from '../../scripts/terminal/colour.ts';
import { slsLog } from '../../shared/adapters/sls-log.ts';
import { slsSend } from '../../shared/adapters/sls-send.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import { sweepIdOf } from '../../shared/core/sweep/sweep-id.ts';
import { epochMs } from '../../shared/core/time.ts';
import { createReporter } from '../../shared/pipelines/report.ts';
import { runSweep } from '../../shared/pipelines/sweep/run.ts';
import type { CliCloud } from './cli-cloud.ts';

const DEADLINE_MS = 120_000;

/** Sweeps the local cloud in this process, as the function would, and gives the id of the sweep. */
export async function sweepNow({ cloud, cwd }: CliCloud): Promise<string> {
  const { credentials, mqtt, oss, sls } = cloud.endpoints;
  const target = localTarget({ ...cloud.endpoints, mqtt: { ...mqtt, instances: [...mqtt.instances] } });
  const plain = createPainter(false);
  cloud.clock.advance(2_000); // a sweep is named by the second of its tick
  const reading = await openReading(
    target,
    { instances: target.instances },
    {
      stdout: () => undefined,
      stderr: () => undefined,
      env: {},
      cwd,
      projectFolder: cwd,
      paint: { stdout: plain, stderr: plain },
      columns: 100,
      stopped: new AbortController().signal,
      now: () => Date.now(),
    },
  );
  const store = bucketClient(target, DEADLINE_MS);
  const place = { endpoint: sls.endpoint, region: oss.region, project: sls.project };
  const send = slsSend(place, credentials, systemClock.now);
  const deadline = epochMs(Date.now() + DEADLINE_MS);
  const log = slsLog({ send, logstore: sls.logstore, clock: systemClock, deadline, source: 'sweep' });
  const { runLog } = reading.deps;
  const deps = { ...reading.deps, store, reporter: createReporter({ store, log, runLog }) };
  await runSweep(deps, { kind: 'tick', triggerTime: reading.now, triggerName: 'test' });
  return sweepIdOf(reading.now);
}
