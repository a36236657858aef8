import { randomUUID } from 'node:crypto';
import { jsonReply, proxyPage, type Reply, type ReplyHeaders } from '../http-reply.ts';
import { MQTT_ERRORS, type Refusal, refuse, statusOf } from './errors.ts';
import type { AnswerFault } from './faults.ts';
import type { WireObject } from './rendering.ts';
import type { MqttSettings } from './settings.ts';

/** Where the answer comes from, as it names itself. */
export interface ReplySource {
  readonly region: string;
  readonly accountId: string;
  readonly settings: MqttSettings;
  readonly action: string;
}

/** A JSON body with the id of the request, in the header as well. */
function serviceReply(status: number, body: WireObject, headers: ReplyHeaders = {}): Reply {
  const requestId = randomUUID().toUpperCase();
  const all = { 'content-type': 'application/json;charset=utf-8', 'x-acs-request-id': requestId, ...headers };
  return jsonReply(status, { RequestId: requestId, ...body }, all);
}

/** 200 with the operation's fields beside `RequestId`. */
export const successReply = (body: WireObject): Reply => serviceReply(200, body);

// The pages of three operations name an action of RAM that is not the operation's own name.
const RAM_ACTIONS: Partial<Record<string, string>> = {
  RegisterCaCertificate: 'mq:RegisterCa',
  InactivateCaCertificate: 'mq:UnregisterCaCertificate',
  InactivateDeviceCertificate: 'mq:UnregisterDeviceCertificate',
};

/** What RAM adds to a refusal of its own (DecodeDiagnosticMessage page). */
const accessDeniedDetail = (source: ReplySource): WireObject => ({
  AuthAction: RAM_ACTIONS[source.action] ?? `mq:${source.action}`,
  AuthPrincipalOwnerId: source.accountId,
  AuthPrincipalType: 'AssumedRoleUser',
  NoPermissionType: 'ImplicitDeny',
  PolicyType: 'AccountLevelIdentityBasedPolicy',
});

/** An error body as the gateway writes it, at the status that the settings choose. */
export function errorReply(refusal: Refusal, source: ReplySource, headers: ReplyHeaders = {}): Reply {
  const { code, detail } = refusal;
  const { message } = MQTT_ERRORS[code];
  const body = {
    HostId: `onsmqtt.${source.region}.aliyuncs.com`,
    Code: code,
    Message: detail === undefined ? message : `${message} ${detail}`,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(code)}&product=OnsMqtt`,
    ...(code === 'PermissionCheckFailed' ? { AccessDeniedDetail: accessDeniedDetail(source) } : {}),
  };
  return serviceReply(statusOf(code, source.settings.httpStatuses, source.action), body, headers);
}

/** The product's own throttling; the wait is in milliseconds, as `openapi-core` reads it. */
export function throttledReply(retryAfterMs: number, source: ReplySource): Reply {
  return errorReply({ ok: false, code: 'Throttling.User' }, source, { 'x-acs-retry-after': String(retryAfterMs) });
}

/** A load balancer without a backend: a status and nothing else. */
const emptyReply = (status: number): Reply => ({ kind: 'http', status, headers: {}, body: '' });

/** What a caller sees of a fault; whether the call was applied first is the server's business. */
export function faultReply(fault: AnswerFault, source: ReplySource): Reply {
  switch (fault) {
    case 'throttle':
      return throttledReply(1000, source);
    case 'internal-error':
      return errorReply(refuse('InternalError'), source);
    case 'system-overflow':
      return errorReply(refuse('SystemOverFlow'), source);
    case 'ca-count-unreadable':
      return errorReply(refuse('GetCaNumError'), source);
    case 'empty-503':
      return emptyReply(503);
    case 'html-502':
      return proxyPage(502);
    case 'html-200':
      return proxyPage(200);
    case 'reset-before':
    case 'reset-after':
      return { kind: 'reset' };
    case 'silence':
      return { kind: 'silence' };
    default:
      throw new Error(`no such fault: ${String(fault satisfies never)}`);
  }
}
