import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { ObjectHeaders } from './object-headers.ts';
import type { ReceivedFile } from './receive-body.ts';
import { discard } from './receive-body.ts';
import { refusal } from './refusal.ts';

/** Unfinished uploads kept at once; the oldest is given up beyond that. */
const MAX_UPLOADS = 1000;

/** One multipart upload that has been initiated and neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly stored: ObjectHeaders;
  readonly onlyIfFree: boolean;
  /** By part number. */
  readonly parts: Map<number, ReceivedFile>;
}

/** The open multipart uploads of a bucket. They end with the process: OSS promises nothing to a client that is gone. */
export class Uploads {
  readonly #open = new Map<string, Upload>();

  begin(upload: Omit<Upload, 'id' | 'parts'>): Upload {
    const [oldest] = this.#open.values();
    if (this.#open.size >= MAX_UPLOADS && oldest !== undefined) this.abort(oldest);
    const begun = {
      ...upload,
      id: randomBytes(16).toString('hex').toUpperCase(),
      parts: new Map<number, ReceivedFile>(),
    };
    this.#open.set(begun.id, begun);
    return begun;
  }

  /** @throws OssRefusal NoSuchUpload, also when the id belongs to another key. */
  find(id: string, key: string): Upload {
    const upload = this.#open.get(id);
    if (upload?.key !== key) throw refusal('NoSuchUpload', { details: { UploadId: id.slice(0, 64) } });
    return upload;
  }

  /** Keeps a part; the same number again replaces it. */
  addPart(upload: Upload, number: number, received: ReceivedFile): void {
    const replaced = upload.parts.get(number);
    if (replaced !== undefined) discard(replaced.path);
    upload.parts.set(number, received);
  }

  /** Takes an upload out, so that of two completions at once only one goes on. */
  take(upload: Upload): void {
    this.#open.delete(upload.id);
  }

  /** Gives back an upload whose completion was refused; the client may mend it. */
  giveBack(upload: Upload): void {
    this.#open.set(upload.id, upload);
  }

  abort(upload: Upload): void {
    this.#open.delete(upload.id);
    for (const part of upload.parts.values()) rmSync(part.path, { force: true });
  }

  abortAll(): void {
    for (const upload of this.#open.values()) this.abort(upload);
  }
}
