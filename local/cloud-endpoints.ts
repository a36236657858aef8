import type { CloudCredentials } from './cloud-credentials.ts';
import type { CloudSettings } from './cloud-settings.ts';
import type { Face } from './face.ts';
import type { Fc } from './fc/fc.ts';
import type { LocalMqtt } from './mqtt/server.ts';
import type { LocalOss } from './oss/oss.ts';
import type { LocalSls } from './sls/server.ts';

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
  readonly fc: { readonly endpoint: string; readonly accountId: string; readonly functions: readonly string[] };
  readonly admin: { readonly endpoint: string; readonly token: string };
  readonly credentials: { readonly accessKeyId: string; readonly accessKeySecret: string };
}

/** What an outside program has to know of the running parts. */
export function endpointsOf(
  settings: CloudSettings,
  keys: CloudCredentials,
  parts: {
    readonly oss: LocalOss;
    readonly mqtt: LocalMqtt;
    readonly sls: LocalSls;
    readonly fc: Fc;
    readonly fcFace: Face;
    readonly admin: Face;
  },
): CloudEndpoints {
  const { oss, mqtt, sls, fc, fcFace, admin } = parts;
  return {
    oss: { endpoint: oss.endpoint, region: settings.region, bucket: settings.bucket, folder: oss.folder },
    mqtt: { endpoint: `127.0.0.1:${String(mqtt.port)}`, protocol: 'HTTP', instances: settings.instances },
    sls: { endpoint: sls.endpoint, project: settings.logProject, logstore: settings.logStore },
    fc: { endpoint: fcFace.endpoint, accountId: settings.accountId, functions: fc.functions },
    admin: { endpoint: admin.endpoint, token: keys.adminToken },
    credentials: keys.user,
  };
}
