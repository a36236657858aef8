import { expect, test } from 'vitest';
import { type CaSerial, parseCaSerial } from '../../../shared/core/serial.ts';
import type { SweepDeps } from '../../../shared/pipelines/sweep/deps.ts';
import { patientCalls } from '../../../shared/pipelines/sweep/patient-calls.ts';
import { listInstanceCas, readWatchedCa } from '../../../shared/pipelines/sweep/read-cas.ts';
import type { CaPage, CaReading } from '../../../shared/ports/mqtt-certificates.ts';
import { answered } from '../../support/listed-devices.ts';
import { instanceId } from '../../support/service-world.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const INSTANCE = instanceId('post-cn-cas0000001');

function serial(text: string): CaSerial {
  const parsed = parseCaSerial(text);
  if (parsed === undefined) throw new Error('the fixtures must be readable');
  return parsed;
}

const readingOf = (text: string): CaReading => ({
  serialAsReceived: text,
  serial: serial(text),
  name: '',
  status: 'active',
});

function depsOf(mqtt: Partial<SweepDeps['mqtt']>): SweepDeps {
  const clock = virtualClock();
  return { mqtt, clock, deadline: clock.in(86_400_000) } as unknown as SweepDeps;
}

async function listed(pages: readonly CaPage[]) {
  const deps = depsOf({
    listCas: (_, page) => Promise.resolve(answered(pages[page - 1] ?? { cas: [], unreadable: 0 })),
  });
  const { cas, isWhole } = await listInstanceCas(deps, patientCalls(deps), INSTANCE, () => Promise.resolve());
  return { cas: [...cas.keys()], isWhole };
}

test('a list of CAs that is readable to its end is whole', async () => {
  const page = { cas: [readingOf('4a'), readingOf('4b')], unreadable: 0 };
  expect(await listed([page])).toEqual({ cas: ['4a', '4b'], isWhole: true });
  expect(await listed([page, page])).toEqual({ cas: ['4a', '4b'], isWhole: true });
});

test('a list of CAs with an element that can not be read is not whole: that may be any of those it does not name', async () => {
  const pages = [
    { cas: [readingOf('4a')], unreadable: 1 },
    { cas: [readingOf('4b')], unreadable: 0 },
  ];
  expect(await listed(pages)).toEqual({ cas: ['4a', '4b'], isWhole: false });
  expect(await listed([{ cas: [], unreadable: 2 }])).toEqual({ cas: [], isWhole: false });
});

test('an answer about another CA is no answer', async () => {
  const deps = depsOf({ getCa: () => Promise.resolve(answered(readingOf('4b'))) });
  expect(await readWatchedCa(deps, patientCalls(deps), INSTANCE, serial('4a'), undefined)).toEqual({
    kind: 'unreadable',
    code: 'OtherSerial',
    requestId: 'r',
  });
});
