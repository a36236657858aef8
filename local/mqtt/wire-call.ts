import type { IncomingMessage } from 'node:http';
import { headersOf, splitTarget } from '../http-request.ts';
import type { SignedRequest } from '../signed-request.ts';
import type { EngineRequest } from './engine.ts';
import type { MqttSettings } from './settings.ts';
import { parseAuthorization } from './signature.ts';

/** A request taken apart: what the engine runs and what the signature covers. */
export interface WireCall extends EngineRequest {
  readonly version: string;
  readonly body: Buffer;
  readonly signed: SignedRequest;
}

const isForm = (headers: ReadonlyMap<string, string>): boolean =>
  (headers.get('content-type') ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded');

/** Reads a request; query and form parameters come together, the first of two equal names wins. */
export function readCall(request: IncomingMessage, body: Buffer, settings: MqttSettings): WireCall {
  const headers = headersOf(request);
  const target = splitTarget(request.url ?? '/');
  const query = [...new URLSearchParams(target.query)];
  const form = settings.formBodyAccepted && isForm(headers) ? [...new URLSearchParams(body.toString('utf8'))] : [];
  const parameters = new Map([...query, ...form].reverse());
  const method = request.method ?? '';
  return {
    action: headers.get('x-acs-action') ?? '',
    by: parseAuthorization(headers.get('authorization') ?? '')?.accessKeyId ?? '',
    version: headers.get('x-acs-version') ?? '',
    method,
    parameters,
    body,
    signed: { method, path: target.path, query, headers },
  };
}
