import { displayText } from '../../shared/core/display-text.ts';
import { etagOf, objectKey } from '../../shared/core/object-version.ts';
import type { WatchObject, WatchOutcome } from '../../shared/core/sweep/watch-outcome.ts';
import { epochMs } from '../../shared/core/time.ts';
import type { OutcomeSamples } from './outcome-samples.ts';
import { SAMPLE } from './sample-values.ts';

const { instance } = SAMPLE;
const object: WatchObject = {
  key: objectKey(`watch/${instance}/fleet.csv`),
  etag: etagOf('9B2CF535F27731C974343645A3985328'),
  lastModified: epochMs(1_767_225_600_000),
};
const before = { lines: 1200, named: 1200, stars: 0 };

/** What can become of watch lists. */
export const WATCH_SAMPLES: OutcomeSamples<WatchOutcome> = {
  'watch-changed': [
    {
      kind: 'watch-changed',
      change: 'changed',
      instance,
      object,
      before,
      after: { lines: 1210, named: 1210, stars: 0 },
      bad: 0,
      encoding: 'utf-8',
    },
  ],
  'watch-line-bad': [
    {
      kind: 'watch-line-bad',
      instance,
      object,
      lines: 1200,
      bad: {
        count: 1,
        codes: [{ code: 'excel-number', count: 1 }],
        first: [{ line: 7, code: 'excel-number', shown: displayText('1.2E+15') }],
      },
    },
  ],
  'watch-refused': [
    {
      kind: 'watch-refused',
      problem: 'too-large',
      instance,
      object,
      keeping: 'last-good-version',
      shown: displayText(''),
      bad: { count: 0, codes: [], first: [] },
      files: 1,
    },
  ],
  'watch-shrunk': [
    { kind: 'watch-shrunk', how: 'shrunk', instance, object, before, after: { lines: 600, named: 600, stars: 0 } },
  ],
};
