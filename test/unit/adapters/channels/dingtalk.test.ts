import { expect, test } from 'vitest';
import { dingtalkSign } from '../../../../shared/adapters/channels/dingtalk.ts';
import { openChannel } from '../../../../shared/adapters/channels/open-channel.ts';
import type { Delivery } from '../../../../shared/ports/channel.ts';
import { sampleMessage } from '../../../support/messages.ts';
import { type SeenRequest, sendJson, spoiledReceiver } from '../../../support/spoiled-receiver.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

const ID = '0123456789abcdef0123456789abcdef';
const SECRET = 'SECdemo0123456789';
const NOW = 1_700_000_000_000;
const GOLDEN = 'ww0uYz9hgC//la1LzHCxhiH8ja6t5XU0VlJXBRQKVAA=';
const BLOCKED = { kind: 'throttled', retryAfterMs: 600_000 } as const;

async function sent(
  answers: readonly unknown[],
  options: { readonly secret?: string; readonly date?: string; readonly status?: number; readonly text?: string } = {},
): Promise<{ readonly delivery: Delivery; readonly seen: readonly SeenRequest[] }> {
  let next = 0;
  const { endpoint, seen } = await spoiledReceiver((response) => {
    if (options.date !== undefined) response.setHeader('date', options.date);
    sendJson(response, answers[next], options.status);
    next += 1;
  });
  const channel = openChannel({
    kind: 'dingtalk',
    url: `${endpoint}/robot/send?access_token=t0ken`,
    secret: options.secret ?? SECRET,
    keyword: '',
    clock: virtualClock(NOW),
  });
  const message =
    options.text === undefined ? sampleMessage() : sampleMessage([{ kind: 'paragraph', text: options.text }]);
  return { delivery: await channel.send({ id: ID, message, timeoutMs: 5000 }), seen };
}

test('the signature is the one of the vector', () => {
  expect(dingtalkSign('1700000000000', SECRET)).toBe(GOLDEN);
});

test('the request is a signed markdown message under its id', async () => {
  const { seen } = await sent([{ errcode: 0, errmsg: 'ok' }]);
  expect(seen[0]?.method).toBe('POST');
  expect(seen[0]?.target).toBe(
    '/robot/send?access_token=t0ken&timestamp=1700000000000&sign=ww0uYz9hgC%2F%2Fla1LzHCxhiH8ja6t5XU0VlJXBRQKVAA%3D',
  );
  expect(seen[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
    msgtype: 'markdown',
    markdown: {
      title: '【警告】设备证书曾被停用 · post-cn-aaaa1111',
      text: [
        '#### 【警告】设备证书曾被停用 · post-cn-aaaa1111',
        '实例 post-cn-aaaa1111：设备证书 00c0ffee 曾被停用。',
        '- **实例 Instance**: post-cn-aaaa1111',
        '- post-cn-aaaa1111 · c0ffee',
        '> mqtt-certs undo 20260101T000000Z',
      ].join('\n\n'),
    },
    msgUuid: ID,
  });
});

test('without a secret the address is used as it is', async () => {
  const { seen } = await sent([{ errcode: 0 }], { secret: '' });
  expect(seen[0]?.target).toBe('/robot/send?access_token=t0ken');
});

test.each<[unknown, Delivery]>([
  [{ errcode: 0, errmsg: 'ok' }, { kind: 'delivered' }],
  [{ errcode: '0', errmsg: 'ok' }, { kind: 'delivered' }],
  [
    { errcode: -1, errmsg: '系统繁忙' },
    { kind: 'throttled', code: '-1', retryAfterMs: 30_000 },
  ],
  [
    { errcode: 310000, errmsg: 'keywords not in content' },
    { kind: 'refused', code: '310000-keyword' },
  ],
  [
    { errcode: 310000, errmsg: 'sign not match, more: [https://x]' },
    { kind: 'refused', code: '310000-sign' },
  ],
  [
    { errcode: 310000, errmsg: 'ip 203.0.113.9 not in whitelist' },
    { kind: 'refused', code: '310000-ip' },
  ],
  [{ errcode: 310000 }, { kind: 'refused', code: '310000' }],
  [
    { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' },
    { ...BLOCKED, code: '130101' },
  ],
  [{ errcode: 410100 }, { ...BLOCKED, code: '410100' }],
  [
    { errcode: 660026, errmsg: 'sending too many messages per minute' },
    { ...BLOCKED, code: '660026' },
  ],
  [
    { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: 'u' },
    { ...BLOCKED, code: '1111' },
  ],
  [
    { status: 1111, errcode: 130101 },
    { ...BLOCKED, code: '130101' },
  ],
  [
    { errcode: 300001, errmsg: 'token is not exist' },
    { kind: 'refused', code: '300001' },
  ],
  [{ errcode: 300005 }, { kind: 'refused', code: '300005' }],
  [{ errcode: 400101 }, { kind: 'refused', code: '400101' }],
  [{ errcode: 400102 }, { kind: 'refused', code: '400102' }],
  [{ errcode: 400106 }, { kind: 'refused', code: '400106' }],
  [{ errcode: 400013 }, { kind: 'refused', code: '400013' }],
  [{ errcode: 400105 }, { kind: 'content-refused', code: '400105' }],
  [{ errcode: 40035 }, { kind: 'content-refused', code: '40035' }],
  [{ errcode: 43002 }, { kind: 'refused', code: '43002' }],
  [{ errcode: 43004 }, { kind: 'refused', code: '43004' }],
  [{ errcode: 430101 }, { kind: 'content-refused', code: '430101' }],
  [{ errcode: 430104 }, { kind: 'content-refused', code: '430104' }],
  [
    { errcode: 460101, errmsg: 'message too long, exceed 20000 bytes' },
    { kind: 'content-refused', code: '460101' },
  ],
  [
    { errcode: 999999, errmsg: 'sent too fast' },
    { ...BLOCKED, code: '999999' },
  ],
  [
    { errcode: 999999, errmsg: '触发限流' },
    { ...BLOCKED, code: '999999' },
  ],
  [
    { errcode: 999999, errmsg: 'something new' },
    { kind: 'unknown', code: '999999' },
  ],
  [{ errmsg: 'ok' }, { kind: 'unknown', code: 'UnreadableAnswer' }],
  [{ errcode: null }, { kind: 'unknown', code: 'UnreadableAnswer' }],
  [{ errcode: '' }, { kind: 'unknown', code: 'UnreadableAnswer' }],
  [{ errcode: false }, { kind: 'unknown', code: 'UnreadableAnswer' }],
  [{ errcode: [0] }, { kind: 'unknown', code: 'UnreadableAnswer' }],
  [[{ errcode: 0 }], { kind: 'unknown', code: 'UnreadableAnswer' }],
  ['ok', { kind: 'unknown', code: 'UnreadableAnswer' }],
])('%j is %j', async (answer, expected) => {
  expect((await sent([answer])).delivery).toEqual(expected);
});

test('a success in the body of another status than 200 is none', async () => {
  expect((await sent([{ errcode: 0 }], { status: 502 })).delivery).toEqual({ kind: 'unknown', code: 'http-502' });
});

const INVALID_TIMESTAMP = { errcode: 310000, errmsg: 'invalid timestamp' };

test("a refused time is signed once more with the server's, under the same id", async () => {
  const date = 'Tue, 14 Nov 2023 20:13:20 GMT';
  const { delivery, seen } = await sent([INVALID_TIMESTAMP, { errcode: 0 }], { date });
  expect(delivery).toEqual({ kind: 'delivered' });
  expect(seen).toHaveLength(2);
  expect(seen[1]?.target).toContain('&timestamp=1699992800000&');
  expect(seen[1]?.body).toBe(seen[0]?.body);
});

test('a time that is refused twice is not tried a third time', async () => {
  const { delivery, seen } = await sent([INVALID_TIMESTAMP, INVALID_TIMESTAMP, { errcode: 0 }]);
  expect(delivery).toEqual({ kind: 'refused', code: '310000-timestamp' });
  expect(seen).toHaveLength(2);
});

test('nothing that people chose becomes markup: tags, links, emphasis, headings, code, tables, mentions', async () => {
  const text = '# <font color="red">x</font> [a](b) **b** _c_ `d` |e| ~f~ @all \\g ca_sn';
  const { seen } = await sent([{ errcode: 0 }], { text });
  const { markdown } = JSON.parse(seen[0]?.body ?? '') as { readonly markdown: { readonly text: string } };
  expect(markdown.text.split('\n\n')[1]).toBe(
    '＃ ＜font color="red"＞x＜/font＞ ［a］(b) ＊＊b＊＊ _c＿ ｀d｀ ｜e｜ ～f～ ＠all ＼g ca_sn',
  );
});

test.each(['1. x', '- x', '+ x', '= x', '--- x'])('%s at the beginning of a line begins no list', async (text) => {
  const { seen } = await sent([{ errcode: 0 }], { text });
  const { markdown } = JSON.parse(seen[0]?.body ?? '') as { readonly markdown: { readonly text: string } };
  expect(markdown.text.split('\n\n')[1]).not.toMatch(/^(?:[-+=]|\d+\.)/);
});

test('a message of many parts keeps the first ones within 3,500 characters and says how many are left out', async () => {
  const { endpoint, seen } = await spoiledReceiver((response) => sendJson(response, { errcode: 0 }));
  const channel = openChannel({ kind: 'dingtalk', url: endpoint, secret: '', keyword: '', clock: virtualClock(NOW) });
  const parts = Array.from({ length: 40 }, (_, index) => ({
    kind: 'paragraph' as const,
    text: `part ${index} ${'🔥证'.repeat(50)}`,
  }));
  await channel.send({ id: ID, message: sampleMessage(parts), timeoutMs: 5000 });
  const body = seen[0]?.body ?? '';
  const { markdown } = JSON.parse(body) as { readonly markdown: { readonly text: string } };
  expect(Array.from(markdown.text).length).toBeLessThanOrEqual(3500);
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
  expect(markdown.text).toMatch(/part 30 [^\n]*\n\n… 另有 9 段未显示，见日志库。 … 9 more, see the log store\.$/);
});

test('the keyword of the robot stands in the title and in the text', async () => {
  const { endpoint, seen } = await spoiledReceiver((response) => sendJson(response, { errcode: 0 }));
  const channel = openChannel({
    kind: 'dingtalk',
    url: endpoint,
    secret: '',
    keyword: '证书告警',
    clock: virtualClock(NOW),
  });
  await channel.send({ id: ID, message: sampleMessage(), timeoutMs: 5000 });
  const { markdown } = JSON.parse(seen[0]?.body ?? '') as {
    readonly markdown: { readonly title: string; readonly text: string };
  };
  expect(markdown.title).toContain('证书告警');
  expect(markdown.text).toContain('证书告警');
});
