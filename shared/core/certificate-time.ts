import { TAG } from './asn1-tags.ts';
import { type DerElement, DerError, textOf } from './der.ts';
import { type EpochMs, utcMoment } from './time.ts';

/** RFC 5280 section 4.1.2.5: both forms in UTC, with seconds, without fractions. */
const UTC_TIME = /^\d{12}Z$/;
const GENERALIZED_TIME = /^\d{14}Z$/;

/** Reads a UTCTime (years 1950 to 2049) or a GeneralizedTime. Throws {@link DerError} for every other form. */
export function readTime(bytes: Buffer, element: DerElement): EpochMs {
  const moment = parseTime(element.tag, textOf(bytes, element));
  if (moment === undefined) throw new DerError('not-der');
  return moment;
}

function parseTime(tag: number, text: string): EpochMs | undefined {
  if (tag === TAG.utcTime && UTC_TIME.test(text)) {
    const year = digitsAt(text, 0, 2);
    return moment(year >= 50 ? 1900 + year : 2000 + year, text, 2);
  }
  return tag === TAG.generalizedTime && GENERALIZED_TIME.test(text) ? moment(digitsAt(text, 0, 4), text, 4) : undefined;
}

function moment(year: number, text: string, offset: number): EpochMs | undefined {
  const pair = (index: number): number => digitsAt(text, offset + index * 2, 2);
  return utcMoment({ year, month: pair(0), day: pair(1), hour: pair(2), minute: pair(3), second: pair(4) });
}

function digitsAt(text: string, start: number, count: number): number {
  return Number(text.slice(start, start + count));
}
