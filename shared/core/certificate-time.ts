import { TAG } from './asn1-tags.ts';
import { contentOf, type DerElement, DerError } from './der.ts';
import { type EpochMs, utcMoment } from './time.ts';

/** RFC 5280 section 4.1.2.5: both forms in UTC, with seconds, without fractions. */
const UTC_TIME = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
const GENERALIZED_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;

/** Reads a UTCTime (years 1950 to 2049) or a GeneralizedTime. Throws {@link DerError} for every other form. */
export function readTime(bytes: Buffer, element: DerElement): EpochMs {
  const text = contentOf(bytes, element).toString('latin1');
  const match = (element.tag === TAG.utcTime ? UTC_TIME : GENERALIZED_TIME).exec(text);
  if (match === null || (element.tag !== TAG.utcTime && element.tag !== TAG.generalizedTime)) {
    throw new DerError('not-der');
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const moment = utcMoment({ year: fullYear(element.tag, year), month, day, hour, minute, second });
  if (moment === undefined) throw new DerError('not-der');
  return moment;
}

function fullYear(tag: number, year: number): number {
  if (tag !== TAG.utcTime) return year;
  return year >= 50 ? 1900 + year : 2000 + year;
}
