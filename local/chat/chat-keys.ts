import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { writePrivateFile } from '../data-folder.ts';

const schema = v.strictObject({
  /** What the address names the chat by; whoever knows it can write. */
  token: v.pipe(v.string(), v.nonEmpty(), v.maxLength(256)),
  /** What messages are signed with; blank where the service has no signature. */
  secret: v.pipe(v.string(), v.maxLength(256)),
});

/** Address and secret of one chat. */
export type ChatKeys = Readonly<v.InferOutput<typeof schema>>;

const FILE = 'keys.json';

/** The keys kept in a chat's folder; made at random the first time, so that no two folders accept each other's. */
export function openChatKeys(folder: string, make: () => ChatKeys): ChatKeys {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, FILE);
  const kept = existsSync(path) ? read(path) : undefined;
  if (kept !== undefined) return kept;
  const made = make();
  writePrivateFile(path, `${JSON.stringify(made, null, 2)}\n`);
  return made;
}

function read(path: string): ChatKeys | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined; // new keys are made: nothing outside remembers the old ones for longer than a run
  }
}
