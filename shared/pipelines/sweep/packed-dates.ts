import type { InactiveDates } from '../../core/sweep/inactive-dates.ts';
import { inactiveDates } from '../../core/sweep/inactive-dates.ts';
import { epochMs } from '../../core/time.ts';
import { packBytes, unpackBytes } from './packed-bytes.ts';

const OCTETS = 8;

/**
 * Dates as a text for JSON, for the devices of `places` in their order. Octets of one weight are put side by side, which
 * makes a million of them a few megabytes.
 */
export function packDates(dates: InactiveDates, places: readonly number[]): string {
  const values = new Float64Array(places.length * 2);
  places.forEach((place, index) => {
    const { validFrom = Number.NaN, validUntil = Number.NaN } = dates.get(place);
    values[2 * index] = validFrom;
    values[2 * index + 1] = validUntil;
  });
  return packMoments(values);
}

/** Moments in milliseconds, `NaN` for none, as a text for JSON. */
export function packMoments(values: Float64Array): string {
  const octets = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return packBytes(transposed(octets, values.length, OCTETS));
}

/** So many moments again; `undefined` for a text that is damaged or holds another number of them. */
export function unpackMoments(text: string, count: number): Float64Array | undefined {
  const octets = unpackBytes(text, 2 * OCTETS);
  if (octets?.length !== count * OCTETS) return undefined;
  return new Float64Array(transposed(octets, OCTETS, count).buffer);
}

/** The dates again, for a list of `count` devices; `undefined` for a text that is damaged or about others. */
export function unpackDates(text: string, places: readonly number[], count: number): InactiveDates | undefined {
  const values = unpackMoments(text, places.length * 2);
  if (values === undefined) return undefined;
  const dates = inactiveDates(count);
  places.forEach((place, index) => {
    dates.set(place, { validFrom: dateOf(values[2 * index]), validUntil: dateOf(values[2 * index + 1]) });
  });
  return dates;
}

function dateOf(value = Number.NaN): ReturnType<typeof epochMs> | undefined {
  return Number.isNaN(value) ? undefined : epochMs(value);
}

/** Of `rows` by `columns` octets, row by row: the columns one after the other. */
function transposed(octets: Uint8Array, rows: number, columns: number): Uint8Array<ArrayBuffer> {
  const turned = new Uint8Array(octets.length);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      turned[column * rows + row] = octets[row * columns + column] ?? 0;
    }
  }
  return turned;
}
