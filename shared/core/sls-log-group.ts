/** One log of a log group: text fields and its time. */
export interface SlsLog {
  /** Whole seconds since the epoch. */
  readonly seconds: number;
  /** The rest of the time, 0 to 999,999,999. */
  readonly nanoseconds: number;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** What all logs of one request share. */
export interface SlsLogGroup {
  readonly logs: readonly SlsLog[];
  /** At most 128 bytes each. */
  readonly topic: string;
  readonly source: string;
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/**
 * Encodes the body of PutLogs: one `LogGroup` in the wire format of protocol buffers (`sls.proto` of the SDKs).
 *
 * LogGroup: 1 Log (repeated), 3 Topic, 4 Source. Log: 1 Time (varint), 2 Content (repeated), 4 TimeNs (fixed32).
 * Content: 1 Key, 2 Value. A message within another is preceded by its length, so lengths are counted first and all is
 * written into one buffer: a group has tens of thousands of parts.
 */
export function encodeLogGroup({ logs, source, topic }: SlsLogGroup): Buffer {
  const length = logs.reduce((sum, log) => sum + encodedLogBytes(log), textBytes(topic) + textBytes(source));
  const target: Target = { bytes: Buffer.allocUnsafe(length), at: 0 };
  for (const log of logs) {
    writeHead(target, 1, logBytes(log));
    writeLog(target, log);
  }
  writeText(target, 3, topic);
  writeText(target, 4, source);
  return target.bytes;
}

/** The bytes one log takes up in its group, so that groups can be cut to size before they are encoded. */
export function encodedLogBytes(log: SlsLog): number {
  return delimitedBytes(logBytes(log));
}

function logBytes({ fields, seconds }: SlsLog): number {
  const time = 1 + varintBytes(seconds);
  const nanoseconds = 1 + 4;
  return fields.reduce((sum, field) => sum + delimitedBytes(contentBytes(field)), time + nanoseconds);
}

function contentBytes([name, value]: SlsLog['fields'][number]): number {
  return textBytes(name) + textBytes(value);
}

function textBytes(text: string): number {
  return delimitedBytes(Buffer.byteLength(text));
}

/** All our field numbers are below 16: a tag is one byte. */
function delimitedBytes(length: number): number {
  return 1 + varintBytes(length) + length;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}

/** Where is written next. */
interface Target {
  readonly bytes: Buffer;
  at: number;
}

function writeLog(target: Target, { fields, nanoseconds, seconds }: SlsLog): void {
  writeTag(target, 1, VARINT);
  writeVarint(target, seconds);
  for (const field of fields) {
    writeHead(target, 2, contentBytes(field));
    writeText(target, 1, field[0]);
    writeText(target, 2, field[1]);
  }
  writeTag(target, 4, FIXED_32);
  target.at = target.bytes.writeUInt32LE(nanoseconds, target.at);
}

function writeText(target: Target, field: number, text: string): void {
  writeHead(target, field, Buffer.byteLength(text));
  target.at += target.bytes.write(text, target.at);
}

function writeHead(target: Target, field: number, length: number): void {
  writeTag(target, field, LENGTH_DELIMITED);
  writeVarint(target, length);
}

function writeTag(target: Target, field: number, wireType: number): void {
  target.at = target.bytes.writeUInt8(field * 8 + wireType, target.at);
}

/** Seven bits a byte, lowest first. Arithmetic instead of bit operations: those would cut at 32 bits and turn negative. */
function writeVarint(target: Target, value: number): void {
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
    target.at = target.bytes.writeUInt8((rest % 0x80) + 0x80, target.at);
  }
  target.at = target.bytes.writeUInt8(rest, target.at);
}
