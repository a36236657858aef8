import type { LocalChat } from './chat/chat-face.ts';
import type { ChatKind } from './chat/chat-rules.ts';
import type { CloudCredentials } from './cloud-credentials.ts';
import type { CloudServices } from './cloud-services.ts';
import type { CloudSettings } from './cloud-settings.ts';
import type { Face } from './face.ts';
import type { Fc } from './fc/fc.ts';

/** How a chat is reached. */
export interface ChatEndpoint {
  /** Where messages are sent to; carries the token. */
  readonly webhook: string;
  /** What messages are signed with; blank where the service has no signature. */
  readonly secret: string;
  /** `GET` shows the messages. */
  readonly messages: string;
}

/** The contents of `endpoints.json`. The MQTT endpoint is `host:port`, as `@alicloud/openapi-client` wants it. */
export interface CloudEndpoints {
  readonly oss: {
    readonly endpoint: string;
    readonly region: string;
    readonly bucket: string;
    readonly folder: string;
  };
  readonly mqtt: { readonly endpoint: string; readonly protocol: 'HTTP'; readonly instances: readonly string[] };
  readonly sls: { readonly endpoint: string; readonly project: string; readonly logstore: string };
  /** The robot that the functions write to, unless told otherwise. */
  readonly dingtalk: ChatEndpoint;
  readonly chats: Readonly<Record<Exclude<ChatKind, 'dingtalk'>, ChatEndpoint>>;
  readonly fc: { readonly endpoint: string; readonly accountId: string; readonly functions: readonly string[] };
  readonly admin: { readonly endpoint: string; readonly token: string };
  readonly credentials: { readonly accessKeyId: string; readonly accessKeySecret: string };
}

/** What an outside program has to know of the running parts. */
export function endpointsOf(
  settings: CloudSettings,
  keys: CloudCredentials,
  parts: CloudServices & {
    readonly fc: Fc;
    readonly fcFace: Face;
    readonly admin: Face;
  },
): CloudEndpoints {
  const { oss, mqtt, sls, chats, fc, fcFace, admin } = parts;
  const { dingtalk, webhook, feishu, wecom, slack } = chats;
  return {
    oss: { endpoint: oss.endpoint, region: settings.region, bucket: settings.bucket, folder: oss.folder },
    mqtt: { endpoint: `127.0.0.1:${String(mqtt.port)}`, protocol: 'HTTP', instances: settings.instances },
    sls: { endpoint: sls.endpoint, project: settings.logProject, logstore: settings.logStore },
    dingtalk: endpointOf(dingtalk),
    chats: {
      webhook: endpointOf(webhook),
      feishu: endpointOf(feishu),
      wecom: endpointOf(wecom),
      slack: endpointOf(slack),
    },
    fc: { endpoint: fcFace.endpoint, accountId: settings.accountId, functions: fc.functions },
    admin: { endpoint: admin.endpoint, token: keys.adminToken },
    credentials: keys.user,
  };
}

const endpointOf = ({ webhook, secret, messagesUrl }: LocalChat): ChatEndpoint => ({
  webhook,
  secret,
  messages: messagesUrl,
});
