import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { signRobot } from '../../../local/dingtalk/robot-sign.ts';
import { type Answer, type ChatsWorld, NOW, post, send, startChatsWorld } from './world.ts';

const MORE = 'more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]';
const OK = [200, { errcode: 0, errmsg: 'ok' }];
const TOO_FAST = [200, { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' }];
const MESSAGE = { msgtype: 'markdown', markdown: { title: '【失败】plant-7', text: '#### plant-7\n\n- reason' } };

/** Signed with code of its own, as another program would. */
function signed({ chats }: ChatsWorld, at = NOW, secret = chats.dingtalk.secret): string {
  const sign = createHmac('sha256', secret)
    .update(`${String(at)}\n${secret}`)
    .digest('base64');
  return `${chats.dingtalk.webhook}&timestamp=${String(at)}&sign=${encodeURIComponent(sign)}`;
}

const say = (world: ChatsWorld, changes: object = {}): Promise<Answer> =>
  post(signed(world), { ...MESSAGE, ...changes });

test('the signature is the golden one', () => {
  expect(signRobot('1700000000000', 'SECdemo0123456789')).toBe('ww0uYz9hgC//la1LzHCxhiH8ja6t5XU0VlJXBRQKVAA=');
});

test('a signed markdown message is shown, told once, and read back as text and as JSON', async () => {
  const world = await startChatsWorld();
  expect(await say(world)).toEqual(OK);
  expect(world.shown).toMatchObject([['dingtalk', { number: 1, at: NOW, title: '【失败】plant-7', repeats: 0 }]]);
  const { messagesUrl } = world.chats.dingtalk;
  expect(await send(messagesUrl)).toEqual([
    200,
    '#1 2023-11-14T22:13:20.000Z 【失败】plant-7\n  #### plant-7\n  \n  - reason\n',
  ]);
  const kept = {
    number: 1,
    at: NOW,
    repeats: 0,
    title: '【失败】plant-7',
    text: '#### plant-7\n\n- reason',
    body: MESSAGE,
  };
  expect(await send(`${messagesUrl}?format=json`)).toEqual([200, { messages: [kept], last: 1 }]);
});

test('messages are listed newest last, from a number on, and at most so many', async () => {
  const world = await startChatsWorld();
  for (const text of ['one', 'two', 'three', 'four']) await say(world, { markdown: { title: text, text } });
  const read = async (query: string): Promise<unknown> =>
    (await send(`${world.chats.dingtalk.messagesUrl}?format=json&${query}`))[1];
  expect(await read('since=2')).toMatchObject({ messages: [{ title: 'three' }, { title: 'four' }], last: 4 });
  expect(await read('limit=1')).toMatchObject({ messages: [{ title: 'four' }] });
  expect(await read('since=4')).toEqual({ messages: [], last: 4 });
  expect(await send(`${world.chats.dingtalk.messagesUrl}?limit=0`)).toEqual([
    400,
    'since is the number of a message, limit is 1 to 1000\n',
  ]);
});

test('what it cannot take is answered with 200 and the error of its page', async () => {
  const world = await startChatsWorld();
  const { webhook, endpoint } = world.chats.dingtalk;
  const json = { 'content-type': 'application/json' };
  const answers = [
    await send(signed(world)),
    await post(`${endpoint}/robot/send`, MESSAGE),
    await send(signed(world), {
      method: 'POST',
      body: JSON.stringify(MESSAGE),
      headers: { 'content-type': 'text/plain' },
    }),
    await post(`${endpoint}/robot/send?access_token=${'0'.repeat(64)}`, MESSAGE),
    await send(signed(world), { method: 'POST', headers: json }),
    await post(signed(world), '{"msgtype":'),
    await post(signed(world), '[]'),
    await post(webhook, MESSAGE),
    await post(signed(world, NOW, 'SECanother'), MESSAGE),
    await say(world, { msgtype: 'image' }),
    await post(`${endpoint}/robot/other`, MESSAGE),
  ];
  expect(answers).toEqual(
    [
      { errcode: 43002, errmsg: '需要POST请求' },
      { errcode: 40035, errmsg: '缺少参数 access_token' },
      { errcode: 43004, errmsg: '无效的HTTP HEADER Content-Type' },
      { errcode: 300005, errmsg: 'token is not exist' },
      { errcode: 40035, errmsg: '缺少参数 json' },
      { errcode: 40035, errmsg: '缺少参数 json' },
      { errcode: 40035, errmsg: '缺少参数 json' },
      { errcode: 310000, errmsg: `invalid timestamp, ${MORE}` },
      { errcode: 310000, errmsg: `sign not match, ${MORE}` },
      { errcode: 400105, errmsg: '不支持的消息类型' },
      { errcode: 404, errmsg: '请求的URI地址不存在' },
    ].map((body) => [200, body]),
  );
  expect(world.shown).toEqual([]);
});

test('the shape of a message is asked for to the letter', async () => {
  const world = await startChatsWorld();
  const markdown = MESSAGE.markdown;
  const errorOf = async (changes: object): Promise<unknown> => (await say(world, changes))[1];
  expect(await errorOf({ markdown: { text: 'x' } })).toEqual({ errcode: 40035, errmsg: '缺少参数 markdown.title' });
  expect(await errorOf({ markdown: { title: ' ', text: 'x' } })).toEqual({
    errcode: 40035,
    errmsg: '缺少参数 markdown.title',
  });
  expect(await errorOf({ markdown: { title: 'x', text: 7 } })).toEqual({
    errcode: 40035,
    errmsg: '不合法的参数 markdown.text',
  });
  expect(await errorOf({ markdown: { ...markdown, at: { isAtAll: true } } })).toEqual({
    errcode: 40035,
    errmsg: '不合法的参数 markdown.at',
  });
  expect(await errorOf({ msgUUID: 'a' })).toEqual({ errcode: 40035, errmsg: '不合法的参数 msgUUID' });
  expect(await errorOf({ at: { atMobiles: ['13900000007'], isAtAll: false } })).toEqual({ errcode: 0, errmsg: 'ok' });
});

test('20,000 bytes pass and one more does not', async () => {
  const world = await startChatsWorld();
  const bodyOf = (bytes: number): string => {
    const empty = JSON.stringify({ msgtype: 'markdown', markdown: { title: 'x', text: '' } });
    return empty.replace('"text":""', `"text":"${'a'.repeat(bytes - empty.length)}"`);
  };
  expect(await post(signed(world), bodyOf(20_000))).toEqual(OK);
  const tooLong = [200, { errcode: 460101, errmsg: 'message too long, exceed 20000 bytes' }];
  expect(await post(signed(world), bodyOf(20_001))).toEqual(tooLong);
  expect(await post(signed(world), bodyOf(2_000_000))).toEqual(tooLong);
});

test('a signature is good for an hour of the real or of the moved time', async () => {
  const world = await startChatsWorld();
  world.clock.advance(86_400_000);
  const hour = 3_600_000;
  const codeAt = async (at: number): Promise<unknown> =>
    ((await post(signed(world, at), MESSAGE))[1] as { errcode: unknown }).errcode;
  expect(await codeAt(NOW)).toBe(0);
  expect(await codeAt(NOW - hour)).toBe(0);
  expect(await codeAt(NOW + 86_400_000 + hour)).toBe(0);
  expect(await codeAt(NOW - hour - 1)).toBe(310000);
  expect(await codeAt(NOW + 12 * hour)).toBe(310000);
});

test('with keywords set, a message needs one of them, its title counted', async () => {
  const world = await startChatsWorld();
  world.chats.dingtalk.setSettings({ keywords: ['证书', 'plant-7'] });
  expect(await say(world)).toEqual(OK);
  expect(await say(world, { markdown: { title: 'other', text: 'other' } })).toEqual([
    200,
    { errcode: 310000, errmsg: `keywords not in content, ${MORE}` },
  ]);
});

test('the 21st message of a minute mutes the robot for ten minutes of the moved time, over a restart too', async () => {
  const world = await startChatsWorld();
  for (let sent = 0; sent < 20; sent += 1) expect(await say(world)).toEqual(OK);
  world.clock.advance(59_999);
  expect(await say(world)).toEqual(TOO_FAST);
  world.clock.advance(60_000);
  expect(await say(world)).toEqual(TOO_FAST);
  const later = await world.again();
  later.clock.advance(539_999);
  expect(await say(later)).toEqual(TOO_FAST);
  later.clock.advance(1);
  expect(await say(later)).toEqual(OK);
  expect(later.chats.dingtalk.messages()).toHaveLength(21);
});

test('20 messages leave the minute one by one', async () => {
  const world = await startChatsWorld();
  for (let sent = 0; sent < 20; sent += 1) {
    expect(await say(world)).toEqual(OK);
    world.clock.advance(3_000);
  }
  for (let sent = 0; sent < 5; sent += 1) {
    expect(await say(world)).toEqual(OK);
    world.clock.advance(3_000);
  }
});

test('a message that comes again with its msgUuid is counted and not shown again, for an hour', async () => {
  const world = await startChatsWorld();
  const msgUuid = '0123456789abcdef0123456789abcdef';
  for (let sent = 0; sent < 3; sent += 1) expect(await say(world, { msgUuid })).toEqual(OK);
  expect(world.shown).toHaveLength(1);
  const later = await world.again();
  expect(await say(later, { msgUuid })).toEqual(OK);
  expect(later.chats.dingtalk.messages()).toMatchObject([{ number: 1, key: msgUuid, repeats: 3 }]);
  expect((await send(later.chats.dingtalk.messagesUrl))[1]).toMatch(/^#1 .* \(came 3 more times\) /u);
  later.clock.advance(3_600_001);
  expect(await say(later, { msgUuid })).toEqual(OK);
  expect(later.chats.dingtalk.messages()).toMatchObject([{ number: 1 }, { number: 2, repeats: 0 }]);
});

test('address and secret outlive a restart, and no two folders have the same', async () => {
  const world = await startChatsWorld();
  const { secret, webhook } = world.chats.dingtalk;
  const tokenOf = (url: string): string => url.split('access_token=')[1] ?? '';
  expect(secret).toMatch(/^SEC[0-9a-f]{64}$/u);
  expect(tokenOf(webhook)).toMatch(/^[0-9a-f]{64}$/u);
  const later = await world.again();
  expect(later.chats.dingtalk.secret).toBe(secret);
  expect(tokenOf(later.chats.dingtalk.webhook)).toBe(tokenOf(webhook));
  const other = await startChatsWorld();
  expect(other.chats.dingtalk.secret).not.toBe(secret);
});

test('each fault is seen as it is meant, and a lost answer belongs to a message that is shown', async () => {
  const world = await startChatsWorld();
  const { dingtalk } = world.chats;
  const faults = ['throttled', 'anti-flood', 'refused', 'content-refused', 'busy', 'html', 'html-200'] as const;
  dingtalk.setFaults([...faults.map((fault) => ({ fault, times: 1 })), { fault: 'down', times: 1 }]);
  const answers: Answer[] = [];
  for (const _ of faults) answers.push(await say(world));
  const html = (status: number): string =>
    `<html><head><title>${String(status)}</title></head><body><center>Tengine</center></body></html>\n`;
  expect(answers).toEqual([
    TOO_FAST,
    [200, { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: '0a0b0c0d0e0f' }],
    [200, { errcode: 300005, errmsg: 'token is not exist' }],
    [200, { errcode: 430102, errmsg: '消息中包含不合适的文本内容' }],
    [200, { errcode: -1, errmsg: '系统繁忙' }],
    [502, html(502)],
    [200, html(200)],
  ]);
  await expect(say(world)).rejects.toThrow('fetch failed');
  expect(world.shown).toEqual([]);
  dingtalk.setFaults([{ fault: 'answer-lost', times: 1 }]);
  await expect(say(world)).rejects.toThrow('fetch failed');
  expect(world.shown).toHaveLength(1);
  dingtalk.setFaults([{ fault: 'hang', times: 1 }]);
  await expect(send(signed(world), { method: 'POST', signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout');
  expect(await say(world)).toEqual(OK);
});

test('a held fault stays until it is taken away, and a reset takes it away with the messages and the mute', async () => {
  const world = await startChatsWorld();
  const { dingtalk } = world.chats;
  for (let sent = 0; sent < 21; sent += 1) await say(world);
  dingtalk.holdFault('busy');
  for (let sent = 0; sent < 3; sent += 1) expect((await say(world))[1]).toEqual({ errcode: -1, errmsg: '系统繁忙' });
  dingtalk.holdFault(undefined);
  expect(await say(world)).toEqual(TOO_FAST);
  dingtalk.holdFault('busy');
  dingtalk.reset();
  expect(await send(dingtalk.messagesUrl)).toEqual([200, 'no messages\n']);
  expect(await say(world)).toEqual(OK);
});

test('messages are shown to no other name of this machine and to no other origin, and never act on a terminal', async () => {
  const world = await startChatsWorld();
  await say(world, { markdown: { title: 'a\u001b[31m', text: 'b\u001b]0;x\u0007\r\n#99 c' } });
  const response = await fetch(world.chats.dingtalk.messagesUrl);
  expect(await response.text()).toBe('#1 2023-11-14T22:13:20.000Z a·[31m\n  b·]0;x··\n  #99 c\n');
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(response.headers.get('cache-control')).toBe('no-store');
});
