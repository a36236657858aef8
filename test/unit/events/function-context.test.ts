import { expect, test } from 'vitest';
import { readFunctionContext, UnusableContextError } from '../../../shared/events/function-context.ts';

const CONTEXT = {
  requestId: '1-2-3',
  credentials: { accessKeyId: 'STS.x', accessKeySecret: 'canarySecret', securityToken: 'canaryToken' },
  function: { name: 'register-ca', handler: 'index.handler', memory: 512, timeout: 120 },
  service: {},
  region: 'cn-hangzhou',
  accountId: '1',
};

test("the platform's context is read as far as it is used", () => {
  expect(readFunctionContext(CONTEXT)).toEqual({
    accountId: '1',
    requestId: '1-2-3',
    credentials: { accessKeyId: 'STS.x', accessKeySecret: 'canarySecret', securityToken: 'canaryToken' },
    functionName: 'register-ca',
    timeout: 120_000,
  });
});

test('a timeout that comes as text is a number, and a missing token is no token', () => {
  const { securityToken: _token, ...credentials } = CONTEXT.credentials;
  const read = readFunctionContext({ ...CONTEXT, credentials, function: { name: 'f', timeout: '60' } });
  expect(read.timeout).toBe(60_000);
  expect(read.credentials.securityToken).toBeUndefined();
});

test.each([
  [undefined, 'context'],
  [null, 'context'],
  [{ ...CONTEXT, credentials: undefined }, 'credentials'],
  [{ ...CONTEXT, credentials: { ...CONTEXT.credentials, accessKeyId: '' } }, 'credentials.accessKeyId'],
  [{ ...CONTEXT, function: { name: 'f', timeout: 'soon' } }, 'function.timeout'],
  [{ ...CONTEXT, function: { name: 'f', timeout: 0 } }, 'function.timeout'],
])('what is missing is named, never its value (%#)', (context, path) => {
  const read = () => readFunctionContext(context);
  expect(read).toThrow(UnusableContextError);
  expect(read).toThrow(path);
  expect(read).not.toThrow(/canary/);
});
