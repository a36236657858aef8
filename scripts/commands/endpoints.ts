import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { CommandError, usageError } from '../terminal/command-error.ts';

// In the local cloud's data folder, which is `.local` unless it was started with --data.
const ENDPOINTS_FILE = 'endpoints.json';
const DATA_FOLDER = '.local';

const MAX_FILE_BYTES = 256 * 1024;

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(4_096));
// The file decides where credentials are sent, so it may name nothing but this machine.
const loopback = v.pipe(
  text,
  v.url(),
  v.check((url) => ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname), 'is not on this machine'),
);

const EndpointsSchema = v.object({
  oss: v.object({ endpoint: loopback, region: text, bucket: text, folder: text }),
  mqtt: v.object({
    /** `host:port`, as `@alicloud/openapi-client` wants it. */
    endpoint: v.pipe(text, v.regex(/^(?:127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}$/, 'is not on this machine')),
    protocol: v.picklist(['HTTP', 'HTTPS']),
    instances: v.pipe(v.array(text), v.minLength(1), v.maxLength(1_000)),
  }),
  sls: v.object({ endpoint: loopback, project: text, logstore: text }),
  dingtalk: v.optional(v.object({ messages: loopback })),
  admin: v.optional(v.object({ endpoint: loopback, token: text })),
  credentials: v.object({ accessKeyId: text, accessKeySecret: text }),
});

/** What `.local/endpoints.json` tells; parts no command needs are not read. */
export type Endpoints = v.InferOutput<typeof EndpointsSchema>;

/**
 * Finds `.local/endpoints.json` in a folder or the nearest one above it.
 *
 * @returns Its absolute path, or `undefined` when no folder up to the root has one.
 */
export function findEndpointsFile(startFolder: string): string | undefined {
  for (let folder = resolve(startFolder); ; folder = dirname(folder)) {
    const candidate = join(folder, DATA_FOLDER, ENDPOINTS_FILE);
    if (readBounded(candidate) !== undefined) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * The endpoints file a person means with `--local <folder>`: the folder `npm start` runs in, or the one named with
 * `--data`.
 *
 * @throws CommandError (usage) when neither has one.
 */
export function endpointsFileIn(folder: string): string {
  const candidates = [join(folder, ENDPOINTS_FILE), join(folder, DATA_FOLDER, ENDPOINTS_FILE)];
  const file = candidates.find((candidate) => readBounded(candidate) !== undefined);
  if (file !== undefined) return file;
  throw usageError(
    `${folder} has no .local/endpoints.json`,
    'Name the folder in which "npm start" runs, or its --data folder.',
  );
}

/**
 * The bucket folders of every local cloud whose data folder is a folder above, or lies in one. Files that are not what a
 * local cloud writes are passed over.
 *
 * @param folder - A real path: links are not followed here.
 */
export function bucketFoldersNear(folder: string): readonly string[] {
  const found: string[] = [];
  for (let place = resolve(folder); ; place = dirname(place)) {
    for (const file of [join(place, ENDPOINTS_FILE), join(place, DATA_FOLDER, ENDPOINTS_FILE)]) {
      const parsed = v.safeParse(EndpointsSchema, parseJson(readBounded(file) ?? ''));
      if (parsed.success) found.push(parsed.output.oss.folder);
    }
    if (place === dirname(place)) return found;
  }
}

/** Reads and validates an endpoints file; throws a {@link CommandError} that names every problem, never a value. */
export function readEndpoints(file: string): Endpoints {
  const parsed = v.safeParse(EndpointsSchema, parseJson(readBounded(file) ?? ''));
  if (parsed.success) return parsed.output;
  const problems = parsed.issues.map(
    (issue) => `${v.getDotPath(issue) ?? 'the file'} (${issue.expected ?? issue.type})`,
  );
  throw new CommandError({
    code: 'endpoints-unreadable',
    message: `${file} is not what a local cloud writes: ${problems.join(', ')}`,
    next: 'Start the local cloud again with "npm start"; it writes the file when it is ready.',
  });
}

function readBounded(file: string): string | undefined {
  try {
    return statSync(file).size <= MAX_FILE_BYTES ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined; // not there, a folder, or not ours to read: all of them mean "no local cloud here"
  }
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined; // the schema then says that the whole file is wrong
  }
}
