import { expect, test } from 'vitest';
import { encodeQuery, slsAuthorization } from '../../../shared/adapters/sls-signature.ts';

const SIGNER = { accessKeyId: 'LTAIdemo', accessKeySecret: 'demoSecret0123456789', region: 'cn-hangzhou' };
const PUT_LOGS = {
  method: 'POST',
  path: '/logstores/events/shards/lb',
  query: {},
  headers: {
    host: 'demo-proj.cn-hangzhou.log.aliyuncs.com',
    'content-type': 'application/x-protobuf',
    'x-log-apiversion': '0.6.0',
    'x-log-bodyrawsize': '46',
    'x-log-content-sha256': '91b4c03d14e7529dc147c0745dce4b4ebe9e1241ba7825e47adcb77f06e438ba',
    'x-log-date': '20231114T221320Z',
  },
};

test('a PutLogs is signed as the vendor SDK signs it', () => {
  expect(slsAuthorization(PUT_LOGS, SIGNER)).toBe(
    'SLS4-HMAC-SHA256 Credential=LTAIdemo/20231114/cn-hangzhou/sls/aliyun_v4_request,' +
      'Signature=b9399a6dfda6defc5e4e33b9c1ba63da573c4aaa7a454c5357031a810e439c3c',
  );
});

test('headers outside the signed families do not change the signature', () => {
  const headers = { ...PUT_LOGS.headers, date: 'Tue, 14 Nov 2023 22:13:20 GMT', 'content-md5': 'X', 'user-agent': 'y' };
  expect(slsAuthorization({ ...PUT_LOGS, headers }, SIGNER)).toBe(slsAuthorization(PUT_LOGS, SIGNER));
});

test('a token is signed', () => {
  const headers = { ...PUT_LOGS.headers, 'x-acs-security-token': 'token' };
  expect(slsAuthorization({ ...PUT_LOGS, headers }, SIGNER)).not.toBe(slsAuthorization(PUT_LOGS, SIGNER));
});

test('a query is sorted, encoded by RFC 3986, and bare where it is empty', () => {
  expect(encodeQuery({ type: 'log', query: "a b*('!')~中", from: '1', topic: '' })).toBe(
    'from=1&query=a%20b%2A%28%27%21%27%29~%E4%B8%AD&topic&type=log',
  );
});
