import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { displayText } from '../../shared/core/display-text.ts';
import { INBOX } from '../../shared/core/drop-source.ts';
import { objectKey } from '../../shared/core/object-version.ts';
import type { Stage } from './stage.ts';
import { type Expectation, playFailure } from './wait.ts';
import type { PlayWorld } from './world.ts';

/** One pair on its way through the pipeline, and where that is shown. */
export interface Act {
  readonly name: string;
  readonly caName: string;
  readonly world: PlayWorld;
  readonly stage: Stage;
  /** The number of the last message that the chat showed before this act. */
  readonly lastMessageBefore: number;
}

/** The two files of a drop, as PEM text. */
export interface DropFiles {
  readonly 'ca.pem': string;
  readonly 'verification.pem': string;
}

/** How the files get into the bucket. */
export type DropMethod = 'copy' | 'upload';

/** Asks the service for a registration code, as the person who makes a pair would. */
export async function receiveCode(act: Act): Promise<string> {
  const answer = await act.world.mqtt.getRegistrationCode(act.world.instance);
  if (answer.kind !== 'answered') {
    throw playFailure(
      expectation('code-received', act, 'the service hands out a registration code'),
      `it said ${answer.code}`,
    );
  }
  act.stage.show({
    step: 'code-received',
    mood: 'plain',
    title: 'registration code',
    lines: [`${displayText(answer.value.slice(0, 8))}… for ${act.world.instance}`],
    facts: { instance: act.world.instance },
  });
  return answer.value;
}

/** Puts the files into the inbox: by copying them into the bucket's folder, or through the OSS interface. */
export async function drop(act: Act, files: DropFiles, method: DropMethod): Promise<void> {
  const prefix = `${INBOX}${act.world.instance}/${act.caName}/`;
  if (method === 'copy') await copyFiles(act, prefix, files);
  else await uploadFiles(act, prefix, files);
  act.stage.show({
    step: 'dropped',
    mood: 'plain',
    title: 'dropped',
    lines: [
      `${Object.keys(files).join(' + ')} → ${prefix}  (${method === 'copy' ? 'cp into the bucket folder' : 'PutObject'})`,
    ],
    facts: { prefix, method },
  });
}

async function copyFiles(act: Act, prefix: string, files: DropFiles): Promise<void> {
  const folder = join(act.world.bucketFolder, prefix);
  await mkdir(folder, { recursive: true });
  await Promise.all(Object.entries(files).map(([name, pem]) => writeFile(join(folder, name), pem as string)));
}

async function uploadFiles(act: Act, prefix: string, files: DropFiles): Promise<void> {
  for (const [name, pem] of Object.entries(files)) {
    const object = { key: objectKey(`${prefix}${name}`), bytes: Buffer.from(pem as string) };
    await act.world.store.put({ ...object, contentType: 'application/x-pem-file' });
  }
}

/** An expectation of this act, with the place where a person looks when it is not met. */
export function expectation(step: string, act: Act, what: string): Expectation {
  return { step: `${act.name}-${step}`, what, where: act.world.whereToLook };
}
