import { ServiceFailure } from '../../shared/core/service-failure.ts';
import { CommandError, EXIT, type ExitCode } from '../terminal/command-error.ts';
import { OWN_NAME } from '../terminal/own-name.ts';
import { serviceRefusal } from './service-refusal.ts';
import type { Target } from './target.ts';

interface Explained {
  readonly code: string;
  readonly message: string;
  readonly next: string;
  readonly exitCode?: ExitCode;
}

const NO_PROJECT: Explained = {
  code: 'no-log-project',
  message: 'there is no such log project in this region',
  next: 'Check MQTT_CERTS_LOG_PROJECT, MQTT_CERTS_REGION and the account; create it if it is new.',
};

const FORBIDDEN: Explained = {
  code: 'log-forbidden',
  message: 'the log store refuses this access key',
  next: 'It needs log:GetLogStoreLogs to read, and log:GetIndex, log:CreateIndex and log:UpdateIndex for its index.',
};

const BAD_QUERY: Explained = {
  code: 'bad-query',
  message: 'the log store can not read the query',
  next: 'Quote values with blanks or colons, as in name: "plant 7"; docs/outcomes.md has examples.',
  exitCode: EXIT.usage,
};

/** What the codes of the log service mean to a person at a terminal (SLS error code page). */
const EXPLAINED: Readonly<Record<string, Explained>> = {
  IndexConfigNotExist: {
    code: 'no-index',
    message: 'the log store has no index, so nothing in it can be found',
    next: `Create it with "${OWN_NAME} log index --apply"; it covers what is written from then on.`,
  },
  LogStoreNotExist: {
    code: 'no-log-store',
    message: 'there is no such log store in the project',
    next: 'Check MQTT_CERTS_LOG_STORE; create it if it is new (docs/operations.md).',
  },
  ProjectNotExist: NO_PROJECT,
  ProjectNotExists: NO_PROJECT,
  ProjectForbidden: FORBIDDEN,
  Unauthorized: FORBIDDEN,
  ParameterInvalid: BAD_QUERY,
  InvalidQueryString: BAD_QUERY,
};

/**
 * Does something with the log store, and tells a refusal by its code.
 *
 * @throws CommandError for every refusal that a person can mend.
 */
export async function withLogStore<Value>(target: Pick<Target, 'kind'>, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ServiceFailure)) throw error;
    const { code, requestId } = error.facts;
    const explained = EXPLAINED[code];
    if (explained === undefined) {
      if (code === 'NoConnection' || code === 'Timeout')
        throw serviceRefusal('the log store did not answer', error.facts, target);
      throw error;
    }
    const message = requestId === '' ? explained.message : `${explained.message} (${code}, request ${requestId})`;
    throw new CommandError({ ...explained, message });
  }
}
