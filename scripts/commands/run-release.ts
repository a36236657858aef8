import { displayText } from '../../shared/core/display-text.ts';
import { objectKey } from '../../shared/core/object-version.ts';
import { eachVetoed, RELEASABLE, vetoedCount } from '../../shared/core/sweep/vetoed-devices.ts';
import { readCaDecision } from '../../shared/pipelines/sweep/ca-decision.ts';
import { CommandError, EXIT, type ExitCode } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { counted } from '../terminal/table.ts';
import { bucketClient } from './clients.ts';
import { confirm } from './confirm.ts';
import type { ReleaseOptions } from './release.ts';
import { selectTarget } from './target.ts';

const DEVICES_SHOWN = 50;

/** Shows the devices a sweep stopped, and writes the release. */
export async function runRelease(options: ReleaseOptions, io: CommandIo): Promise<ExitCode> {
  const { ca, instance, sweep } = options;
  const store = bucketClient(selectTarget(options, ['oss'], io));
  const decision = await readCaDecision(store, sweep, { instance, ca });
  if (decision === undefined) {
    throw new CommandError({
      code: 'no-decision',
      message: `the sweep ${sweep} has left no decision about the CA ${ca} on ${instance}`,
      next: `Look the alert up: mqtt-certs log tail --since 1d --query "ca_sn: ${ca}"`,
    });
  }
  const stopped = [...eachVetoed(decision.vetoed, RELEASABLE)];
  const others = vetoedCount(decision.vetoed) - stopped.length;
  if (stopped.length === 0) {
    const why = others === 0 ? '' : ` The ${counted(others, 'veto', 'vetoes')} of other rules can not be released.`;
    const message = `the sweep ${sweep} stopped no device of this CA by the breaker or for flapping.${why}`;
    throw new CommandError({ code: 'nothing-to-release', message });
  }
  for (const { device, veto } of stopped.slice(0, DEVICES_SHOWN)) io.stderr(`  ${device}  ${veto}\n`);
  if (stopped.length > DEVICES_SHOWN) io.stderr(`  … and ${counted(stopped.length - DEVICES_SHOWN, 'more')}\n`);
  await confirm(
    {
      warning: `The next sweep may activate these ${counted(stopped.length, 'device')}, once, within 24 hours.`,
      question: 'Was none of them switched off on purpose?',
      refused: 'nothing was released',
    },
    options,
    io,
  );
  const key = objectKey(`control/release/${instance}/${ca}/${sweep}`);
  const owner = options.owner === undefined ? '' : `owner: ${displayText(options.owner)}\n`;
  const created = await store.create({ key, bytes: Buffer.from(owner), contentType: 'text/plain' });
  if (created === 'exists') {
    throw new CommandError({
      code: 'released-before',
      message: `these devices were released before: ${key}`,
      next: 'A release counts once and for 24 hours; release the devices a newer sweep has stopped.',
    });
  }
  if (options.json === true) {
    writeJsonLine(io.stdout, { command: 'release', key, devices: stopped.map(({ device }) => device) });
  } else io.stdout(`${io.paint.stdout.green('✔')} released: ${counted(stopped.length, 'device')}, by ${key}\n`);
  return EXIT.good;
}
