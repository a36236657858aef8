import { expect, test } from 'vitest';
import type { SignedRequest } from '../../../../local/signed-request.ts';
import { signV1, signV4 } from '../../../../local/sls/signature.ts';

const SECRET = 'demoSecret0123456789';
const request = (headers: Readonly<Record<string, string>>): SignedRequest => ({
  method: 'POST',
  path: '/logstores/events/shards/lb',
  query: [],
  headers: new Map(
    Object.entries({
      'content-type': 'application/x-protobuf',
      'x-log-apiversion': '0.6.0',
      'x-log-bodyrawsize': '46',
      ...headers,
    }),
  ),
});

test('the golden request has both golden signatures of the older scheme', () => {
  const old = { 'content-md5': '1017427F1484BCA93914DD22A34D0096', date: 'Tue, 14 Nov 2023 22:13:20 GMT' };
  const sha1 = request({ ...old, 'x-log-signaturemethod': 'hmac-sha1' });
  const sha256 = request({ ...old, 'x-log-signaturemethod': 'hmac-sha256' });
  expect(signV1(sha1, SECRET, 'sha1')).toBe('I9R5TY/5N/gCIaW7X+tjmrNF9RY=');
  expect(signV1(sha256, SECRET, 'sha256')).toBe('CVpm9x10+/WXpHtu1lKDCcOGk4IRh+yCX9A7TQL7Mbk=');
});

test('the golden request has the golden signature of the newer scheme', () => {
  const signed = request({
    host: 'demo-proj.cn-hangzhou.log.aliyuncs.com',
    'x-log-date': '20231114T221320Z',
    'x-log-content-sha256': '91b4c03d14e7529dc147c0745dce4b4ebe9e1241ba7825e47adcb77f06e438ba',
    date: 'not signed',
    'user-agent': 'not signed either',
  });
  expect(signV4(signed, SECRET, { day: '20231114', region: 'cn-hangzhou' })).toBe(
    'b9399a6dfda6defc5e4e33b9c1ba63da573c4aaa7a454c5357031a810e439c3c',
  );
});
