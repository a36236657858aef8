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

const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/**
 * Encodes the body of PutLogs: one `LogGroup` in the wire format of protocol buffers (`sls.proto` of the SDKs).
 *
 * LogGroup: 1 Log (repeated), 3 Topic, 4 Source. Log: 1 Time (varint), 2 Content (repeated), 4 TimeNs (fixed32).
 * Content: 1 Key, 2 Value.
 */
export function encodeLogGroup(group: SlsLogGroup): Buffer {
  const parts = group.logs.map((log) => delimited(1, encodeLog(log)));
  return Buffer.concat([...parts, delimited(3, Buffer.from(group.topic)), delimited(4, Buffer.from(group.source))]);
}

/** The bytes one log takes up in its group, so that groups can be cut to size before they are encoded. */
export function encodedLogBytes(log: SlsLog): number {
  const length = encodeLog(log).length;
  return 1 + varint(length).length + length;
}

function encodeLog(log: SlsLog): Buffer {
  const nanoseconds = Buffer.alloc(4);
  nanoseconds.writeUInt32LE(log.nanoseconds);
  return Buffer.concat([
    tag(1, 0),
    varint(log.seconds),
    ...log.fields.map(([name, value]) =>
      delimited(2, Buffer.concat([delimited(1, Buffer.from(name)), delimited(2, Buffer.from(value))])),
    ),
    tag(4, FIXED_32),
    nanoseconds,
  ]);
}

function delimited(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([tag(field, LENGTH_DELIMITED), varint(bytes.length), bytes]);
}

function tag(field: number, wireType: number): Buffer {
  return Buffer.from([field * 8 + wireType]); // all our field numbers are below 16: one byte
}

/** Seven bits a byte, lowest first. Arithmetic instead of bit operations: those would cut at 32 bits and turn negative. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
