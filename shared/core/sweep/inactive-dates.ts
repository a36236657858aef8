import { type EpochMs, epochMs } from '../time.ts';

/** The validity of an inactive certificate, as far as it could be read; what the guardrails need besides its place. */
export interface InactiveDetail {
  readonly validFrom: EpochMs | undefined;
  readonly validUntil: EpochMs | undefined;
}

/** The validity of the inactive certificates of one CA, by place in the list. */
export interface InactiveDates {
  /** Both unknown where nothing was set. */
  readonly get: (index: number) => InactiveDetail;
  readonly set: (index: number, detail: InactiveDetail) => void;
}

/**
 * Room for the dates of `count` devices, taken when the first is set: 16 octets a device, so that a whole fleet that is
 * switched off weighs 16 MB for a million, and a healthy one nothing.
 */
export function inactiveDates(count: number): InactiveDates {
  let columns: { readonly from: Float64Array; readonly until: Float64Array } | undefined;
  return {
    get: (index) => ({ validFrom: dateOf(columns?.from[index]), validUntil: dateOf(columns?.until[index]) }),
    set: (index, { validFrom = Number.NaN, validUntil = Number.NaN }) => {
      columns ??= { from: new Float64Array(count).fill(Number.NaN), until: new Float64Array(count).fill(Number.NaN) };
      columns.from[index] = validFrom;
      columns.until[index] = validUntil;
    },
  };
}

function dateOf(stored: number | undefined): EpochMs | undefined {
  return stored === undefined || Number.isNaN(stored) ? undefined : epochMs(stored);
}
