import { expect, test } from 'vitest';
import { codeFactsOf, isThrottled, OPENAPI_CODES, remedyOf } from '../../../shared/core/openapi-code.ts';

test.each([
  ['InternalError', 'retry'],
  ['SystemOverFlow', 'retry'],
  ['GetCaNumError', 'retry'],
  ['ServiceUnavailable', 'retry'],
  ['SignatureNonceUsed', 'retry'],
  ['Timeout', 'retry'],
  ['NoConnection', 'retry'],
  ['UnreadableAnswer', 'retry'],
  ['Throttling', 'retry'],
  ['Throttling.User', 'retry'],
  ['Throttling.Api', 'retry'],
  ['InvalidSecurityToken.Expired', 'refresh-credentials'],
  ['InvalidAccessKeyId.NotFound', 'refresh-credentials'],
  ['CheckAccountInfoFailed', 'refresh-credentials'],
  ['RegisterCodeUsed', 'look-up'],
  ['SnNotUnique', 'look-up'],
  ['FindCaBySnError', 'not-found'],
  ['FindDeviceBySnError', 'not-found'],
  ['MqttInstanceNotFound', 'fix-configuration'],
  ['MqttOwnerCheckError', 'fix-configuration'],
  ['InstancePermissionCheckFailed', 'fix-configuration'],
  ['PermissionCheckFailed', 'fix-configuration'],
  ['NoPermission', 'fix-configuration'],
  ['Forbidden', 'fix-configuration'],
  ['Forbidden.RiskControl', 'fix-configuration'],
  ['SignatureDoesNotMatch', 'fix-configuration'],
  ['InvalidAccessKeyId.Inactive', 'fix-configuration'],
  ['InvalidTimeStamp.Expired', 'fix-configuration'],
  ['InvalidTimeStamp.SomethingNew', 'fix-configuration'],
  ['InvalidSecurityToken.Malformed', 'fix-configuration'],
  ['MissingSecurityToken', 'fix-configuration'],
  ['InvalidApi.NotFound', 'fix-configuration'],
  ['CaNumExceed', 'fix-configuration'],
  ['CertificateContentError', 'fix-input'],
  ['RegisterCodeError', 'fix-input'],
  ['ParameterFieldCheckFailed', 'fix-input'],
  ['MissingCaName', 'fix-input'],
  ['InvalidParameter.Format', 'fix-input'],
])('%s is answered with: %s', (code, remedy) => {
  expect(remedyOf(code)).toBe(remedy);
});

test.each(['', 'undefined', 'constructor', '__proto__', 'toString', 'NeverHeardOf', 'throttling', 'registercodeused'])(
  'a code nobody told us about stays unknown: "%s"',
  (code) => {
    expect(remedyOf(code)).toBe('unknown');
    expect(codeFactsOf(code)).toBeUndefined();
  },
);

test('only the overflow code and the throttling family slow us down', () => {
  expect(['SystemOverFlow', 'Throttling', 'Throttling.User', 'InternalError', 'Timeout'].filter(isThrottled)).toEqual([
    'SystemOverFlow',
    'Throttling',
    'Throttling.User',
  ]);
});

test('every code is explained to people in both languages', () => {
  for (const facts of Object.values(OPENAPI_CODES)) {
    for (const sentence of [facts.meaning, facts.whatToDo]) {
      expect(sentence.zh).toMatch(/^[^a-z].{4,}。$/u);
      expect(sentence.en).toMatch(/^[A-Z].{9,}\.$/u);
    }
  }
});
