import type { FunctionDefinition } from '../../local/fc/function-definition.ts';
import { parseSchedule } from '../../local/fc/schedule.ts';
import { CONFIG_VARIABLES, type FunctionName, type Variable } from '../../shared/config-table.ts';

/** Secrets that a function would be given without reading them: whoever may see its settings could use them. */
export function secretProblems(
  name: FunctionName,
  { environmentVariables }: Pick<FunctionDefinition, 'environmentVariables'>,
): readonly string[] {
  return Object.entries<Variable>(CONFIG_VARIABLES)
    .filter(([, { isSecret, readBy }]) => isSecret === true && !readBy.includes(name))
    .filter(([variable]) => (environmentVariables[variable] ?? '') !== '')
    .map(([variable]) => `${variable} is a secret that ${name} does not read: s.yaml must not give it to it`);
}

/** What keeps the teller from telling within a minute, or lets it tell twice. */
export function tellerProblems({
  concurrencyConfig,
  triggers,
}: Pick<FunctionDefinition, 'concurrencyConfig' | 'triggers'>): readonly string[] {
  const problems: string[] = [];
  if (concurrencyConfig.reservedConcurrency !== 1) problems.push('notify may run once at a time and no more (s.yaml)');
  if (!triggers.some(firesEveryMinute)) problems.push('notify has no timer that fires every minute (s.yaml)');
  return problems;
}

const HOUR_MS = 3_600_000;

function firesEveryMinute(trigger: FunctionDefinition['triggers'][number]): boolean {
  if (trigger.triggerType !== 'timer' || !trigger.triggerConfig.enable) return false;
  const read = parseSchedule(trigger.triggerConfig.cronExpression);
  if (!read.ok) return false;
  let fired = 0;
  let at = read.schedule.next(0, 0);
  while (at !== undefined && at <= HOUR_MS) {
    fired += 1;
    at = read.schedule.next(at, 0);
  }
  return fired === 60;
}
