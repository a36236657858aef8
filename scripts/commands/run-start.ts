import { join, relative, resolve } from 'node:path';
import { type LocalCloud, startCloud } from '../../local/cloud.ts';
import type { CloudEvent } from '../../local/cloud-event.ts';
import { DataFolderError } from '../../local/data-folder.ts';
import { SYamlError } from '../../local/fc/expressions.ts';
import { LOG_INDEX } from '../../shared/core/log-index.ts';
import { createEventFeed, openLocalWorld } from '../play/local-world.ts';
import { playMainJob } from '../play/play.ts';
import { createJsonStage, createTimelineStage } from '../play/stage.ts';
import { CommandError, EXIT, type ExitCode, usageError } from '../terminal/command-error.ts';
import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { formatElapsed } from '../terminal/duration.ts';
import { readersLanguage } from '../terminal/language.ts';
import { OWN_NAME } from '../terminal/own-name.ts';
import { terminalText } from '../terminal/terminal-text.ts';
import type { StartOptions } from './start.ts';
import { showOutcomesUntilStopped } from './watch-outcomes.ts';

/**
 * Starts the local cloud, plays the main job unless told not to, and stays up unless told not to.
 *
 * @throws CommandError when the data folder can not be used, or when something expected did not happen in the play.
 */
export async function runStart(options: StartOptions, io: CommandIo): Promise<ExitCode> {
  const beganAt = io.now();
  const dataFolder = resolve(io.cwd, options.data);
  const feed = createEventFeed();
  const watch: { tell?: (event: CloudEvent) => void } = {};
  const cloud = await open(dataFolder, options, io, (event) => {
    if (event.kind === 'problem') io.stderr(`${io.paint.stderr.red('✖')} ${terminalText(event.sentence)}\n`);
    feed.tell(event);
    watch.tell?.(event);
  });
  try {
    showReady(cloud, options, { io, readyMs: io.now() - beganAt });
    if (options.demo) {
      const stage = options.json === true ? createJsonStage(io) : createTimelineStage(io);
      feed.onMessage(stage.say);
      await playMainJob(
        () =>
          openLocalWorld(cloud, {
            feed,
            dataFolder,
            now: io.now,
            stopped: io.stopped,
            language: readersLanguage(io.env),
          }),
        stage,
      );
    }
    if (options.once !== true) {
      showHowToGoOn(cloud, dataFolder, { options, io });
      await showOutcomesUntilStopped(cloud, { watch, isJson: options.json === true, io });
    }
    return EXIT.good;
  } catch (error) {
    if (io.stopped.aborted && options.once !== true) return EXIT.good; // the person had seen enough
    throw error;
  } finally {
    await cloud.close();
    if (io.stopped.aborted) sayStopped(dataFolder, options, io);
  }
}

// On a line of its own: the terminal has just written ^C.
function sayStopped(dataFolder: string, options: StartOptions, io: CommandIo): void {
  if (options.json === true) writeJsonLine(io.stdout, { step: 'stopped', kept: dataFolder });
  else io.stdout(`\n  stopped; everything is kept in ${dataFolder}\n`);
}

async function open(
  dataFolder: string,
  options: StartOptions,
  io: CommandIo,
  onEvent: (event: CloudEvent) => void,
): Promise<LocalCloud> {
  try {
    return await startCloud({
      projectFolder: io.projectFolder,
      dataFolder,
      reset: options.reset === true,
      logIndex: LOG_INDEX, // searches find there what they find on the account
      onEvent,
    });
  } catch (error) {
    // Both speak of the person's own files, in sentences made for them.
    if (error instanceof DataFolderError)
      throw new CommandError({ code: 'data-folder', message: error.message }, { cause: error });
    if (error instanceof SYamlError)
      throw usageError(`s.yaml can not be used: ${error.message}`, 'Mend s.yaml and start again.');
    throw error;
  }
}

function showReady(
  cloud: LocalCloud,
  options: StartOptions,
  view: { readonly io: CommandIo; readonly readyMs: number },
): void {
  const { fc, mqtt, oss, sls } = cloud.endpoints;
  const { io, readyMs } = view;
  if (options.json === true) {
    const facts = {
      oss: oss.endpoint,
      bucketFolder: oss.folder,
      mqtt: mqtt.endpoint,
      instances: mqtt.instances,
      sls: sls.endpoint,
    };
    writeJsonLine(io.stdout, { step: 'ready', elapsedMs: Math.round(readyMs), ...facts, functions: fc.functions });
    return;
  }
  const { bold, dim, green } = io.paint.stdout;
  const row = (service: string, where: string, what: string) =>
    `    ${service.padEnd(5)} ${where.padEnd(24)} ${dim(what)}\n`;
  io.stdout(`\n  ${green('●')} ${bold('local cloud')} ready in ${formatElapsed(readyMs)}\n`);
  io.stdout(row('oss', oss.endpoint, `bucket ${oss.bucket}`));
  io.stdout(row('mqtt', `http://${mqtt.endpoint}`, mqtt.instances.join(', ')));
  io.stdout(row('sls', sls.endpoint, `${sls.project}/${sls.logstore}`));
  io.stdout(row('fc', 's.yaml', fc.functions.join(', ')));
}

function showHowToGoOn(
  cloud: LocalCloud,
  dataFolder: string,
  view: { readonly options: StartOptions; readonly io: CommandIo },
): void {
  const { io, options } = view;
  const { folder } = cloud.endpoints.oss;
  const instance = cloud.endpoints.mqtt.instances[0] ?? '<instance>';
  const inbox = join(folder, 'inbox', instance);
  const local = dataFolder === resolve(io.cwd, '.local') ? '' : ` --local ${dataFolder}`;
  if (options.json === true) {
    writeJsonLine(io.stdout, { step: 'up', inbox, endpointsFile: join(dataFolder, 'endpoints.json') });
    return;
  }
  const { bold, cyan, dim } = io.paint.stdout;
  const near = relative(io.cwd, inbox);
  const shown = near.startsWith('..') ? inbox : near;
  const lines = [
    `\n  ${bold('Your turn')} ${dim('(Ctrl-C ends it; everything is kept)')}`,
    `    ${cyan(`code=$(${OWN_NAME} code --instance ${instance} --for plant-7 --yes${local})`)}`,
    `    ${cyan(`${OWN_NAME} pair --name plant-7 --code "$code"${local}`)}`,
    `    ${cyan(`mkdir -p ${shown}/plant-7 && cp plant-7/drop/*.pem ${shown}/plant-7/`)}`,
    `    ${cyan(`${OWN_NAME} log tail --since 15m${local}`)}`,
    dim(`  or let any OSS client put files under inbox/; ${join(dataFolder, 'endpoints.json')} says how`),
    `\n  ${bold('What happens from here on')}\n`,
  ];
  io.stdout(lines.join('\n'));
}
