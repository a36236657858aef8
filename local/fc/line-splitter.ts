import { StringDecoder } from 'node:string_decoder';

/** Longest line that is kept whole; a handler that writes without line ends must not fill memory. */
const MAX_LINE = 64 * 1024;

/** Cuts a stream of bytes into lines and end-of-output marks. */
export interface LineSplitter {
  readonly push: (chunk: Buffer) => void;
  /** Hands over what was written without a line end. */
  readonly flush: () => void;
}

/**
 * @param onLine - Told every line, without its line end.
 * @param onMark - Told the request id of an end-of-output mark (`\0end ID\0`), after the lines before it.
 */
export function createLineSplitter(onLine: (line: string) => void, onMark: (requestId: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  const flush = (): void => {
    if (pending !== '') onLine(pending);
    pending = '';
  };
  const take = (text: string): void => {
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) onLine(line);
    if (pending.length > MAX_LINE) flush();
  };
  return {
    push: (chunk) => {
      const parts = decoder.write(chunk).split('\0');
      for (const part of parts) {
        if (!part.startsWith('end ')) {
          take(part);
          continue;
        }
        flush();
        onMark(part.slice('end '.length));
      }
    },
    flush,
  };
}
