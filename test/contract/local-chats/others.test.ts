import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { signFeishu } from '../../../local/chat/feishu.ts';
import { signStandardWebhook } from '../../../local/chat/standard-webhook.ts';
import { type Answer, type ChatsWorld, NOW, post, send, startChatsWorld } from './world.ts';

const SECONDS = NOW / 1000;

/** Signed with code of its own, as another program would. */
function feishu({ chats }: ChatsWorld, at = SECONDS, body: object = {}): Promise<Answer> {
  const { secret, webhook } = chats.feishu;
  const sign = createHmac('sha256', `${String(at)}\n${secret}`).digest('base64');
  const text = { msg_type: 'text', content: { text: 'plant-7 failed' } };
  return post(webhook, { timestamp: String(at), sign, ...text, ...body });
}

test('the signature of Feishu is the golden one', () => {
  expect(signFeishu('1700000000', 'demoFeishuSecret')).toBe('2vg3HjBNqw0mZFpBn09APUCnV0tTJf8rEe3ke9gLJPw=');
});

test('Feishu shows signed texts, posts and cards', async () => {
  const world = await startChatsWorld();
  const success = [200, { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' }];
  const link = { tag: 'a', text: 'log', href: 'https://sls.example/x' };
  const post_ = {
    zh_cn: { title: '失败', content: [[{ tag: 'text', text: 'plant-7 ' }, link], [{ tag: 'text', text: 'b' }]] },
  };
  const card = {
    header: { title: { tag: 'plain_text', content: '失败' }, template: 'red' },
    elements: [{ tag: 'markdown', content: '**plant-7**' }, { tag: 'hr' }],
  };
  expect(await feishu(world)).toEqual(success);
  expect(await feishu(world, SECONDS, { msg_type: 'post', content: { post: post_ } })).toEqual(success);
  expect(await feishu(world, SECONDS, { msg_type: 'interactive', card })).toEqual(success);
  expect(world.shown.map(([kind, { title, text }]) => [kind, title, text])).toEqual([
    ['feishu', '', 'plant-7 failed'],
    ['feishu', '失败', 'plant-7 log\nb'],
    ['feishu', '失败', '**plant-7**\n'],
  ]);
});

test('Feishu refuses by the code in its body', async () => {
  const world = await startChatsWorld();
  const codeOf = async (answer: Promise<Answer>): Promise<unknown> => ((await answer)[1] as { code: unknown }).code;
  const { endpoint, webhook } = world.chats.feishu;
  expect(await codeOf(feishu(world, SECONDS - 3_600))).toBe(0);
  expect(await codeOf(feishu(world, SECONDS - 3_601))).toBe(19021);
  expect(await codeOf(feishu(world, SECONDS, { sign: 'A' }))).toBe(19021);
  expect(await codeOf(feishu(world, SECONDS, { msg_type: 'video' }))).toBe(9499);
  expect(await codeOf(feishu(world, SECONDS, { content: { text: 'a'.repeat(20_480) } }))).toBe(9499);
  expect(await codeOf(send(webhook))).toBe(9499);
  expect(await codeOf(post(`${endpoint}/open-apis/bot/v2/hook/00000000`, {}))).toBe(19001);
});

test('Feishu takes 5 messages a second and 100 a minute', async () => {
  const world = await startChatsWorld();
  const limited = [200, { code: 11232, msg: 'frequency limited', data: {} }];
  for (let second = 0; second < 20; second += 1) {
    for (let sent = 0; sent < 5; sent += 1) expect((await feishu(world))[1]).toMatchObject({ code: 0 });
    if (second === 0) expect(await feishu(world)).toEqual(limited);
    world.clock.advance(1_000);
  }
  expect(await feishu(world)).toEqual(limited);
  world.clock.advance(40_000);
  expect((await feishu(world))[1]).toMatchObject({ code: 0 });
});

test('WeCom takes its key, its bytes and 20 messages a minute, and mutes nobody', async () => {
  const world = await startChatsWorld();
  const { endpoint, webhook } = world.chats.wecom;
  const markdown = (content: string): Promise<Answer> => post(webhook, { msgtype: 'markdown', markdown: { content } });
  const tooLong = 'markdown.content exceed max length 4096. invalid Request Parameter';
  expect(await markdown('证'.repeat(1365))).toEqual([200, { errcode: 0, errmsg: 'ok' }]);
  expect(await markdown('证'.repeat(1366))).toEqual([200, { errcode: 40058, errmsg: tooLong }]);
  expect(await post(webhook, { msgtype: 'text', text: { content: 'a'.repeat(2049) } })).toEqual([
    200,
    { errcode: 40058, errmsg: 'text.content exceed max length 2048' },
  ]);
  expect(await post(webhook, { msgtype: 'voice' })).toEqual([200, { errcode: 40008, errmsg: 'invalid message type' }]);
  expect(await post(webhook, '{')).toEqual([200, { errcode: 47001, errmsg: 'data format error' }]);
  expect(await post(`${endpoint}/cgi-bin/webhook/send?key=0`, {})).toEqual([
    200,
    { errcode: 93000, errmsg: 'invalid webhook url' },
  ]);
  for (let sent = 1; sent < 20; sent += 1) expect((await markdown('x'))[1]).toMatchObject({ errcode: 0 });
  expect(await markdown('x')).toEqual([200, { errcode: 45009, errmsg: 'api freq out of limit' }]);
  world.clock.advance(60_000);
  expect((await markdown('x'))[1]).toMatchObject({ errcode: 0 });
});

test('Slack answers with statuses and words, and says when to come again', async () => {
  const world = await startChatsWorld();
  const { endpoint, webhook } = world.chats.slack;
  const section = (text: string): object => ({ type: 'section', text: { type: 'mrkdwn', text } });
  const say = (body: object): Promise<Answer> => post(webhook, body);
  expect(await say({ text: 'failed', blocks: [section('*plant-7*')] })).toEqual([200, 'ok']);
  expect(await say({ text: 'failed' })).toEqual([200, 'ok']);
  expect(await say({ text: 'failed', blocks: [section('a'.repeat(3000))] })).toEqual([200, 'ok']);
  expect(await say({ text: 'failed', blocks: [section('a'.repeat(3001))] })).toEqual([400, 'invalid_blocks']);
  expect(await say({})).toEqual([400, 'no_text']);
  expect(await post(webhook, 'text')).toEqual([400, 'invalid_payload']);
  expect(await post(`${endpoint}/services/T0/B0/x`, { text: 'x' })).toEqual([404, 'no_service']);
  world.clock.advance(2_000);
  for (let sent = 0; sent < 2; sent += 1) expect(await say({ text: 'x' })).toEqual([200, 'ok']);
  const response = await fetch(webhook, { method: 'POST', body: '{"text":"x"}' });
  expect([response.status, await response.text(), response.headers.get('retry-after')]).toEqual([
    429,
    'rate_limited',
    '3',
  ]);
  expect(world.shown.map(([, { title, text }]) => [title, text.slice(0, 9)])).toEqual([
    ['failed', '*plant-7*'],
    ['', 'failed'],
    ['failed', 'aaaaaaaaa'],
    ['', 'x'],
    ['', 'x'],
  ]);
});

/** A webhook message, signed with code of its own. */
function hook(
  { chats }: ChatsWorld,
  { id = 'msg_1', at = SECONDS, body = '{"title":"failed","text":"plant-7"}', signature = '' } = {},
): Promise<Answer> {
  const { secret, webhook } = chats.webhook;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const made = createHmac('sha256', key)
    .update(`${id}.${String(at)}.${body}`)
    .digest('base64');
  return post(webhook, body, {
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': signature === '' ? `v1,${made}` : signature.replace('<good>', `v1,${made}`),
  });
}

test('the signature of a webhook is the golden one', () => {
  const message = { id: 'msg_1', timestamp: '1700000000', body: Buffer.from('{"a":1}') };
  expect(signStandardWebhook(message, 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=')).toBe(
    'v1,rkwp5YuvdrMkcu0ZhuMsXoTg44mHAr1Q0+FFgFpXsjY=',
  );
});

test('a webhook is taken for five minutes around now, with one good signature of several, once for its id', async () => {
  const world = await startChatsWorld();
  const taken = [202, { accepted: true }];
  expect(await hook(world)).toEqual(taken);
  expect(await hook(world)).toEqual(taken);
  expect(await hook(world, { id: 'msg_2', at: SECONDS - 300, signature: 'v1,AAAA <good>' })).toEqual(taken);
  expect(world.chats.webhook.messages()).toMatchObject([
    { key: 'msg_1', title: 'failed', text: 'plant-7', repeats: 1 },
    { key: 'msg_2', repeats: 0 },
  ]);
  expect(await hook(world, { at: SECONDS - 301 })).toEqual([
    401,
    { error: 'the timestamp is more than 5 minutes away' },
  ]);
  expect(await hook(world, { signature: 'v1,AAAA' })).toEqual([401, { error: 'no signature matches' }]);
  expect(await hook(world, { body: 'plain' })).toEqual([400, { error: 'the body is no JSON object' }]);
  expect(await hook(world, { id: 'a.b' })).toEqual([400, { error: 'a webhook- header is not valid' }]);
  expect(await post(world.chats.webhook.webhook, {})).toEqual([400, { error: 'a webhook- header is missing' }]);
  expect(await post(`${world.chats.webhook.endpoint}/hooks/0`, {})).toEqual([404, { error: 'no such hook' }]);
});

test('each chat refuses in its own words when it is told to', async () => {
  const world = await startChatsWorld();
  const { slack, wecom, webhook } = world.chats;
  for (const chat of [slack, wecom, webhook, world.chats.feishu]) chat.holdFault('refused');
  expect(await post(slack.webhook, { text: 'x' })).toEqual([404, 'no_service']);
  expect(await hook(world)).toEqual([410, { error: 'gone' }]);
  expect((await feishu(world))[1]).toMatchObject({ code: 19001 });
  expect((await post(wecom.webhook, {}))[1]).toMatchObject({ errcode: 93000 });
  for (const chat of [slack, wecom, webhook]) chat.holdFault('busy');
  expect(await post(slack.webhook, { text: 'x' })).toEqual([500, 'rollup_error']);
  expect((await post(wecom.webhook, {}))[1]).toEqual({ errcode: -1, errmsg: 'system error' });
  webhook.holdFault('throttled');
  expect(await hook(world)).toEqual([429, { error: 'too many requests' }]);
  expect(world.shown).toEqual([]);
});

test('what a chat shows is for this machine by its own name', async () => {
  const world = await startChatsWorld();
  const status = await new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port: world.chats.slack.port, path: '/messages', headers: { host: 'evil.example' } },
      (response) => resolve(response.resume().statusCode),
    );
    sent.on('error', reject).end();
  });
  expect(status).toBe(403);
  expect(await send(world.chats.slack.messagesUrl, { method: 'DELETE' })).toEqual([405, 'GET shows the messages\n']);
});

test('a thousand messages are kept, the newest, over a restart too', async () => {
  const world = await startChatsWorld();
  for (let sent = 0; sent < 1_010; sent += 1) {
    await hook(world, { id: `msg_${String(sent)}`, at: Math.floor(world.clock.now() / 1000) });
    world.clock.advance(1_000);
  }
  const numbers = (chats: ChatsWorld['chats']): readonly number[] =>
    chats.webhook.messages().map(({ number }) => number);
  expect([numbers(world.chats).length, numbers(world.chats)[0]]).toEqual([1_000, 11]);
  const later = await world.again();
  expect([numbers(later.chats).length, numbers(later.chats).at(-1)]).toEqual([1_000, 1_010]);
});
