import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { writePrivateFile } from './data-folder.ts';

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(256));

const schema = v.strictObject({
  /** The long-lived key of the person at this machine. */
  user: v.strictObject({ accessKeyId: text, accessKeySecret: text }),
  /** The temporary key of the functions' role. */
  role: v.strictObject({ accessKeyId: text, accessKeySecret: text, securityToken: text }),
  adminToken: text,
});

/** The keys of one local cloud. */
export type CloudCredentials = Readonly<v.InferOutput<typeof schema>>;

const FILE = 'credentials.json';

/** The keys kept in a data folder; made at random the first time, so that no two folders accept each other's. */
export function openCredentials(dataFolder: string): CloudCredentials {
  const path = join(dataFolder, FILE);
  if (existsSync(path)) {
    const kept = v.safeParse(schema, parseJson(readFileSync(path, 'utf8')));
    if (kept.success) return kept.output;
  }
  const made = makeCredentials();
  writePrivateFile(path, `${JSON.stringify(made, null, 2)}\n`);
  return made;
}

/** Key ids have the shapes of real ones: `LTAI…` for people, `STS.…` for roles, which `@alicloud/fc2` looks at. */
function makeCredentials(): CloudCredentials {
  return {
    user: {
      accessKeyId: `LTAI5tLocal${randomBytes(8).toString('hex')}`,
      accessKeySecret: randomBytes(20).toString('base64url'),
    },
    role: {
      accessKeyId: `STS.NLocal${randomBytes(8).toString('hex')}`,
      accessKeySecret: randomBytes(20).toString('base64url'),
      securityToken: randomBytes(48).toString('base64url'),
    },
    adminToken: randomBytes(24).toString('base64url'),
  };
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return undefined; // new keys are made: nothing outside remembers the old ones for longer than a run
  }
}
