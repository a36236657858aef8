import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { onTestFinished } from 'vitest';
import { createLocalClock, type LocalClock } from '../../../local/clock.ts';
import type { LocalCredentials } from '../../../local/credentials.ts';
import { sha256Hex } from '../../../local/signed-request.ts';
import { type LocalSls, type SlsOptions, startSls } from '../../../local/sls/server.ts';
import { signV4 } from '../../../local/sls/signature.ts';

export const PROJECT = 'demo-proj';
export const STORE = 'events';
export const HOST = `${PROJECT}.cn-hangzhou.log.aliyuncs.com`;
export const CREDENTIALS = { accessKeyId: 'LTAIdemo', accessKeySecret: 'demoSecret0123456789' };
export const STS = { accessKeyId: 'STS.demo', accessKeySecret: 'temporarySecret', securityToken: 'CAISdemo==' };

export type LogMap = Readonly<Record<string, string>>;

/** The part of `@alicloud/log` that the tests use; the package has no types. */
export interface LogClient {
  postLogStoreLogs(project: string, store: string, data: object, options?: object): Promise<unknown>;
  getLogs(project: string, store: string, from: Date, to: Date, data?: object, options?: object): Promise<LogMap[]>;
  getLogStore(project: string, store: string, options?: object): Promise<unknown>;
  listLogStore(project: string, data: object, options?: object): Promise<unknown>;
  createLogStore(project: string, store: string, data?: object): Promise<unknown>;
  updateLogStore(project: string, store: string, data: object): Promise<unknown>;
  deleteLogStore(project: string, store: string): Promise<unknown>;
  createIndex(project: string, store: string, index: object): Promise<unknown>;
  updateIndex(project: string, store: string, index: object): Promise<unknown>;
  getIndexConfig(project: string, store: string): Promise<unknown>;
  deleteIndex(project: string, store: string): Promise<unknown>;
  getHistograms(project: string, store: string, from: Date, to: Date, data?: object): Promise<unknown>;
  getProject(project: string): Promise<unknown>;
}
export const AlicloudLog = createRequire(import.meta.url)('@alicloud/log') as new (config: object) => LogClient;

const proto = createRequire(import.meta.url).resolve('@alicloud/log/lib/sls.proto');
const GROUP = protobuf.loadSync(proto).lookupType('sls.LogGroup');

/** The vendor's own encoding of a group. */
export function encodeGroup(group: object): Buffer {
  return Buffer.from(GROUP.encode(GROUP.fromObject(group)).finish());
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** `errorCode` of an error body, `ok` for a 200. */
  readonly code: string;
}

export interface Request {
  readonly method?: string;
  readonly path?: string;
  /** Sent before the path and not signed. */
  readonly prefix?: string;
  readonly query?: string;
  readonly body?: Buffer;
  readonly key?: LocalCredentials;
  readonly host?: string;
  readonly at?: number;
  readonly region?: string;
  /** Added and signed; an empty text takes a header away. */
  readonly headers?: LogMap;
  /** Added after signing. */
  readonly unsigned?: LogMap;
}

export interface World {
  readonly sls: LocalSls;
  readonly clock: LocalClock;
  readonly folder: string;
  readonly send: (request?: Request) => Promise<Answer>;
}

function codeOf(status: number, text: string): string {
  if (status === 200) return 'ok';
  try {
    return String((JSON.parse(text) as { errorCode?: unknown }).errorCode);
  } catch {
    return 'not JSON';
  }
}

function exchange(port: number, request: Request, headers: LogMap): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const query = request.query === undefined ? '' : `?${request.query}`;
    const path = `${request.prefix ?? ''}${request.path ?? ''}${query}`;
    const options = { host: '127.0.0.1', port, path, method: request.method, headers, agent: false };
    const outgoing = httpRequest(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        resolve({ status, headers: response.headers, text, code: codeOf(status, text) });
      });
    });
    outgoing.on('error', reject).end(request.body);
  });
}

/** A V4-signed request; by default the PutLogs of a small group. */
async function send(port: number, given: Request): Promise<Answer> {
  const body = given.body ?? Buffer.alloc(0);
  const key: LocalCredentials = given.key ?? CREDENTIALS;
  const request = { method: 'POST', path: `/logstores/${STORE}/shards/lb`, ...given };
  const date = new Date(given.at ?? Date.now()).toISOString().replaceAll(/[-:]|\.\d+/gu, '');
  const all: LogMap = {
    host: given.host ?? HOST,
    'content-type': 'application/x-protobuf',
    'x-log-apiversion': '0.6.0',
    'x-log-bodyrawsize': String(body.length),
    'x-log-date': date,
    'x-log-content-sha256': sha256Hex(body),
    ...(key.securityToken === undefined ? {} : { 'x-acs-security-token': key.securityToken }),
    ...given.headers,
  };
  const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
  const scope = { day: date.slice(0, 8), region: given.region ?? 'cn-hangzhou' };
  const query = [...new URLSearchParams(given.query ?? '')];
  const signed = { method: request.method, path: request.path, query, headers: new Map(Object.entries(headers)) };
  const credential = `${key.accessKeyId}/${scope.day}/${scope.region}/sls/aliyun_v4_request`;
  const authorization = `SLS4-HMAC-SHA256 Credential=${credential},Signature=${signV4(signed, key.accessKeySecret, scope)}`;
  return exchange(port, request, { ...headers, authorization, ...given.unsigned });
}

export const md5Hex = (body: Buffer): string => createHash('md5').update(body).digest('hex').toUpperCase();

/** A stand-in of its own for one test. */
export async function startWorld(wishes: Partial<SlsOptions> = {}): Promise<World> {
  const folder = wishes.dataFolder ?? (await mkdtemp(join(tmpdir(), 'local-sls-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const clock = wishes.clock ?? createLocalClock();
  const sls = await startSls({
    dataFolder: folder,
    region: 'cn-hangzhou',
    project: PROJECT,
    logstores: [STORE, 'audit_log'],
    credentials: [CREDENTIALS, STS],
    clock,
    ...wishes,
  });
  onTestFinished(() => sls.close()); // before its folder goes: what is asked for last is done first
  return { sls, clock, folder, send: (request = {}) => send(sls.port, request) };
}
