import type { WatchFileProblem } from './watch-problems.ts';

/** One line of a file, without its end. */
export interface TextLine {
  /** Counted from 1, blank lines included. */
  readonly number: number;
  /** `undefined` when it is over {@link LINE_MAX_OCTETS}. */
  readonly text: string | undefined;
}

/** In what a file turned out to be written; GBK is what Excel saves in China. */
export type TextEncoding = 'utf-8' | 'utf-16' | 'gbk';

/** Cuts a stream of octets into lines, whatever program wrote it. */
export interface LineScanner {
  /** Takes the next octets and gives each line that is complete. */
  readonly push: (octets: Uint8Array) => void;
  /** Gives the last line, which may lack its end. */
  readonly end: () => void;
  /** What the file is instead of text. */
  readonly problem: () => Extract<WatchFileProblem, 'excel-workbook' | 'compressed'> | undefined;
  readonly encoding: () => TextEncoding;
  /** How many lines there were so far, blank ones included. */
  readonly lines: () => number;
}

/** Two serials with colons, a name and a word fit ten times over. */
export const LINE_MAX_OCTETS = 4096;

/** The type of the platform's decoder; its value is global, its type is not. */
type Decoder = InstanceType<typeof TextDecoder>;

const LF = 0x0a;
const CR = 0x0d;
const UTF8_MARK = [0xef, 0xbb, 0xbf];
/** First octets of a file: ZIP (xlsx), OLE (xls), gzip. */
const MAGIC = [
  { octets: [0x50, 0x4b, 0x03, 0x04], problem: 'excel-workbook' },
  { octets: [0xd0, 0xcf, 0x11, 0xe0], problem: 'excel-workbook' },
  { octets: [0x1f, 0x8b], problem: 'compressed' },
] as const;
/** Enough to tell marks, magic numbers and UTF-16 without a mark. */
const SAMPLE_OCTETS = 4;

/**
 * Starts cutting one file. Lines end in LF, CRLF or CR; blank ones are counted and passed over. UTF-8 and UTF-16 are
 * read with and without a mark. A line that is no UTF-8 is read as GBK: serials are ASCII in both.
 */
export function createLineScanner(onLine: (line: TextLine) => void): LineScanner {
  const cutter = createLineCutter(onLine);
  let sample: Uint8Array | undefined = new Uint8Array(0);
  let wide: Decoder | undefined;
  let problem: ReturnType<LineScanner['problem']>;

  const pass = (octets: Uint8Array): void => {
    if (problem !== undefined) return;
    cutter.push(wide === undefined ? octets : Buffer.from(wide.decode(octets, { stream: true })));
  };
  const begin = (octets: Uint8Array): void => {
    sample = undefined;
    problem = MAGIC.find((magic) => startsWith(octets, magic.octets))?.problem;
    const form = wideForm(octets);
    if (form !== undefined) wide = new TextDecoder(form);
    pass(startsWith(octets, UTF8_MARK) ? octets.subarray(UTF8_MARK.length) : octets);
  };

  return {
    push: (octets) => {
      if (sample === undefined) {
        pass(octets);
        return;
      }
      const joined: Uint8Array = sample.length === 0 ? octets : Buffer.concat([sample, octets]);
      if (joined.length < SAMPLE_OCTETS) sample = joined;
      else begin(joined);
    },
    end: () => {
      if (sample !== undefined) begin(sample);
      cutter.end();
    },
    problem: () => problem,
    encoding: () => (wide === undefined ? cutter.encoding() : 'utf-16'),
    lines: cutter.lines,
  };
}

/** By the mark, or by the zero that every second octet of ASCII in UTF-16 is; a header is ASCII. */
function wideForm(octets: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second, third, fourth] = octets;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (octets.length < SAMPLE_OCTETS) return undefined;
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return 'utf-16le';
  return first === 0 && second !== 0 && third === 0 && fourth !== 0 ? 'utf-16be' : undefined;
}

function startsWith(octets: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((octet, index) => octets[index] === octet);
}

/** Cuts octets whose line ends are ASCII: UTF-8 and GBK, where no second octet is below 0x30. */
function createLineCutter(onLine: (line: TextLine) => void): Pick<LineScanner, 'push' | 'end' | 'encoding' | 'lines'> {
  const decoder = createLineDecoder();
  let lines = 0;
  /** The beginning of a line that goes on in the next octets; at most one octet over the limit. */
  let carried: Uint8Array = new Uint8Array(0);
  let afterCr = false;

  const give = (part: Uint8Array): void => {
    lines += 1;
    const whole = carried.length === 0 ? part : Buffer.concat([carried, part]);
    carried = new Uint8Array(0);
    if (whole.length > 0)
      onLine({ number: lines, text: whole.length > LINE_MAX_OCTETS ? undefined : decoder.decode(whole) });
  };
  const carry = (part: Uint8Array): void => {
    const room = LINE_MAX_OCTETS + 1 - carried.length;
    carried = Buffer.concat([carried, part.subarray(0, Math.max(0, room))]);
  };

  return {
    push: (octets) => {
      let start = 0;
      for (let at = 0; at < octets.length; at += 1) {
        const octet = octets[at];
        if (octet === LF && afterCr) start = at + 1;
        else if (octet === LF || octet === CR) {
          give(octets.subarray(start, at));
          start = at + 1;
        }
        afterCr = octet === CR;
      }
      if (start < octets.length) carry(octets.subarray(start));
    },
    end: () => {
      if (carried.length > 0) give(new Uint8Array(0));
    },
    encoding: decoder.encoding,
    lines: () => lines,
  };
}

/** Reads one line at a time, so that one broken line leaves the others as they are. */
function createLineDecoder(): {
  readonly decode: (octets: Uint8Array) => string;
  readonly encoding: () => TextEncoding;
} {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let gbk: Decoder | undefined;
  return {
    encoding: () => (gbk === undefined ? 'utf-8' : 'gbk'),
    decode: (octets) => {
      if (octets.every((octet) => octet < 0x80)) return asBuffer(octets).toString('latin1');
      try {
        return utf8.decode(octets);
      } catch {
        gbk ??= new TextDecoder('gb18030'); // holds all of GBK; what it can not read becomes U+FFFD
        return gbk.decode(octets);
      }
    },
  };
}

function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}
