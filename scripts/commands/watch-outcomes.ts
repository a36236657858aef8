import type { LocalCloud } from '../../local/cloud.ts';
import type { CloudEvent } from '../../local/cloud-event.ts';
import { ServiceFailure } from '../../shared/core/service-failure.ts';
import { durationMs, epochMs, plus } from '../../shared/core/time.ts';
import type { CommandIo } from '../terminal/command-io.ts';
import { logReader } from './clients.ts';
import { createRecordFeed } from './record-feed.ts';
import { localTarget } from './target.ts';

const OVERLAP = durationMs(-60_000);
const AHEAD = durationMs(60_000);
const MAX_ROWS = 200;

/**
 * Shows the outcomes of a running local cloud as they are written, until the person stops the command. The records are
 * read through the log service like everything else; the local cloud only says when there is something to read.
 */
export async function showOutcomesUntilStopped(
  cloud: LocalCloud,
  view: {
    readonly watch: { tell?: (event: CloudEvent) => void };
    readonly isJson: boolean;
    readonly io: CommandIo;
  },
): Promise<void> {
  const { io } = view;
  const { mqtt } = cloud.endpoints;
  const read = logReader(localTarget({ ...cloud.endpoints, mqtt: { ...mqtt, instances: [...mqtt.instances] } }));
  const feed = createRecordFeed({ paint: io.paint.stdout, language: 'both', isJson: view.isJson });
  const news = async () => {
    const now = epochMs(cloud.clock.now());
    const page = await read({ from: plus(now, OVERLAP), to: plus(now, AHEAD), query: '*', maxRows: MAX_ROWS });
    return feed.news(page.rows);
  };
  await news(); // what the play has shown already
  let last = Promise.resolve();
  view.watch.tell = (event) => {
    if (event.kind !== 'logs') return;
    last = last
      .then(async () => {
        for (const text of await news()) io.stdout(text);
      })
      .catch((error: unknown) => {
        if (!(error instanceof ServiceFailure)) throw error;
        io.stderr(`${error.message}\n`);
      });
  };
  await new Promise<void>((resolve) => {
    if (io.stopped.aborted) resolve();
    else io.stopped.addEventListener('abort', () => resolve(), { once: true });
  });
  delete view.watch.tell;
  await last;
}
