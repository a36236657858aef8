import { randomUUID } from 'node:crypto';
import { openChannel } from '../../shared/adapters/channels/open-channel.ts';
import { jsonLines } from '../../shared/adapters/json-lines.ts';
import { systemClock } from '../../shared/adapters/system-clock.ts';
import type { RobotConfig } from '../../shared/config.ts';
import { seconds } from '../../shared/core/time.ts';
import type { FunctionContext } from '../../shared/events/function-context.ts';
import { housekeep } from '../../shared/pipelines/notify/housekeeping/housekeep.ts';
import { runNotify } from '../../shared/pipelines/notify/run.ts';
import type { Channel } from '../../shared/ports/channel.ts';
import { outcomeLogOf } from '../clients.ts';
import { beginInvocation } from '../invocation.ts';

/** What is left for answering and being late; a message that is under way is given up by then. */
const TIMEOUT_MARGIN = seconds(5);

/** Wires one run of the teller; throws what {@link beginInvocation} throws. */
export async function composeNotify(
  context: FunctionContext,
  environment: NodeJS.ProcessEnv,
): Promise<() => Promise<void>> {
  const invocation = await beginInvocation('notify', context, environment, TIMEOUT_MARGIN);
  const { config, deadline } = invocation;
  const { robot, secondRobot, ...settings } = config;
  const common = { ...invocation, clock: systemClock, runLog: jsonLines(), settings };
  const chores = {
    ...common,
    log: outcomeLogOf(config, context, deadline),
    hasSecondChannel: secondRobot !== undefined,
  };
  const first = channelOf(robot, settings.keyword);
  return () =>
    runNotify({
      ...common,
      channels: secondRobot === undefined ? { first } : { first, second: channelOf(secondRobot, settings.keyword) },
      runId: randomUUID(),
      housekeep: (facts) => housekeep(chores, facts),
    });
}

function channelOf(robot: RobotConfig, keyword: string): Channel {
  return openChannel({ ...robot, keyword, clock: systemClock });
}
