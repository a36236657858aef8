import { expect, test } from 'vitest';
import type { CallBudget } from '../../../shared/adapters/call-budget.ts';
import type { ApiReply } from '../../../shared/adapters/openapi-call.ts';
import { openapiCertificates } from '../../../shared/adapters/openapi-certificates.ts';
import { parseInstanceId } from '../../../shared/core/instance.ts';

const instance = parseInstanceId('post-cn-budget00001');

function watchedBudget(): { readonly budget: CallBudget; readonly seen: string[] } {
  const seen: string[] = [];
  const budget: CallBudget = {
    acquire: () => {
      seen.push('permit');
      return Promise.resolve();
    },
    answered: () => seen.push('answered'),
    throttled: () => seen.push('throttled'),
  };
  return { budget, seen };
}

test('a call counts as arrived when its answer begins, not when the last octet of it is here', async () => {
  if (instance === undefined) throw new Error('no instance');
  const { budget, seen } = watchedBudget();
  const certificates = openapiCertificates({
    callApi: async (_, __, onAnswering): Promise<ApiReply> => {
      onAnswering?.();
      await Promise.resolve();
      seen.push('read');
      return { kind: 'success', body: { Data: { DeviceCertificateVOS: [] } } };
    },
    budget,
    parameters: 'query',
    timeoutMs: 5000,
  });
  await certificates.listDevicesOfCa({ instance, caSpelling: '4a', page: 1 });
  expect(seen).toEqual(['permit', 'answered', 'read']);
});

test('a call without an answer gives its place back once, when nobody waits for it any longer', async () => {
  if (instance === undefined) throw new Error('no instance');
  const { budget, seen } = watchedBudget();
  const certificates = openapiCertificates({
    callApi: () => new Promise<ApiReply>(() => undefined),
    budget,
    parameters: 'query',
    timeoutMs: 1,
  });
  const answer = await certificates.listDevicesOfCa({ instance, caSpelling: '4a', page: 1 });
  expect(answer).toEqual({ kind: 'no-answer', code: 'Timeout' });
  expect(seen).toEqual(['permit', 'answered']);
});
