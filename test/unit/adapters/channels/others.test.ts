import { expect, test } from 'vitest';
import { feishuSign } from '../../../../shared/adapters/channels/feishu.ts';
import { openChannel } from '../../../../shared/adapters/channels/open-channel.ts';
import { webhookSignature } from '../../../../shared/adapters/channels/webhook.ts';
import type { ChannelKind } from '../../../../shared/core/notify/channel-kind.ts';
import type { MessagePart } from '../../../../shared/core/notify/message.ts';
import type { Delivery } from '../../../../shared/ports/channel.ts';
import { sampleMessage } from '../../../support/messages.ts';
import { type SeenRequest, spoiledReceiver } from '../../../support/spoiled-receiver.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

const ID = '0123456789abcdef0123456789abcdef';
const WHSEC = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const NOW = 1_700_000_000_000;

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function sent(
  kind: ChannelKind,
  answer: Answer,
  request: { readonly secret?: string; readonly parts?: readonly MessagePart[] } = {},
): Promise<{ readonly delivery: Delivery; readonly seen: SeenRequest | undefined }> {
  const { endpoint, seen } = await spoiledReceiver((response) =>
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? ''),
  );
  const secret = request.secret ?? (kind === 'webhook' ? WHSEC : '');
  const channel = openChannel({ kind, url: `${endpoint}/hook`, secret, keyword: '', clock: virtualClock(NOW) });
  const delivery = await channel.send({ id: ID, message: sampleMessage(request.parts), timeoutMs: 5000 });
  return { delivery, seen: seen[0] };
}

const OK: Readonly<Record<ChannelKind, string>> = {
  dingtalk: '{"errcode":0}',
  webhook: '',
  feishu: '{"code":0}',
  wecom: '{"errcode":0}',
  slack: 'ok',
};
const paragraph = (text: string): readonly MessagePart[] => [{ kind: 'paragraph', text }];
const many = (count: number, text: string): readonly MessagePart[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'paragraph', text: `part ${index} ${text}` }));

test('the signatures are the ones of the vectors', () => {
  expect(feishuSign('1700000000', 'demoFeishuSecret')).toBe('2vg3HjBNqw0mZFpBn09APUCnV0tTJf8rEe3ke9gLJPw=');
  expect(
    webhookSignature(Buffer.from('0123456789abcdef0123456789abcdef'), {
      id: 'msg_1',
      timestamp: '1700000000',
      body: Buffer.from('{"a":1}'),
    }),
  ).toBe('v1,rkwp5YuvdrMkcu0ZhuMsXoTg44mHAr1Q0+FFgFpXsjY=');
});

test('Feishu gets a post whose lines are plain text elements, signed in its body', async () => {
  const { seen } = await sent('feishu', { body: OK.feishu }, { secret: 'demoFeishuSecret' });
  expect(JSON.parse(seen?.body ?? '')).toEqual({
    timestamp: '1700000000',
    sign: '2vg3HjBNqw0mZFpBn09APUCnV0tTJf8rEe3ke9gLJPw=',
    msg_type: 'post',
    content: {
      post: {
        zh_cn: {
          title: '【警告】设备证书曾被停用 · post-cn-aaaa1111',
          content: [
            [{ tag: 'text', text: '实例 post-cn-aaaa1111：设备证书 00c0ffee 曾被停用。' }],
            [{ tag: 'text', text: '' }],
            [{ tag: 'text', text: '实例 Instance: post-cn-aaaa1111' }],
            [{ tag: 'text', text: '' }],
            [{ tag: 'text', text: '• post-cn-aaaa1111 · c0ffee' }],
            [{ tag: 'text', text: '' }],
            [{ tag: 'text', text: 'mqtt-certs undo 20260101T000000Z' }],
          ],
        },
      },
    },
  });
});

test('WeCom gets markdown within 4,096 bytes, cut between parts', async () => {
  const { seen } = await sent('wecom', { body: OK.wecom }, { parts: many(30, '🔥证'.repeat(40)) });
  const { markdown } = JSON.parse(seen?.body ?? '') as { readonly markdown: { readonly content: string } };
  expect(Buffer.byteLength(markdown.content)).toBeLessThanOrEqual(4096);
  expect(markdown.content).toMatch(/part 12 [^\n]*\n\n… 另有 17 段未显示，见日志库。 … 17 more, see the log store\.$/);
});

test('Slack gets a header and sections, with its entities escaped and no mention left', async () => {
  const { seen } = await sent(
    'slack',
    { body: OK.slack },
    { parts: paragraph('<!channel> a & b <@U1> *x* <https:x|y>') },
  );
  expect(JSON.parse(seen?.body ?? '')).toEqual({
    text: '【警告】设备证书曾被停用 · post-cn-aaaa1111',
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: '【警告】设备证书曾被停用 · post-cn-aaaa1111', emoji: false },
      },
      {
        type: 'section',
        text: { type: 'mrkdwn', text: '＜!channel＞ a &amp; b ＜＠U1＞ ＊x＊ ＜https:x｜y＞' },
      },
    ],
  });
});

test('Slack gets at most 50 blocks', async () => {
  const { seen } = await sent('slack', { body: OK.slack }, { parts: many(80, 'x') });
  const { blocks } = JSON.parse(seen?.body ?? '') as { readonly blocks: readonly { text: { text: string } }[] };
  expect(blocks).toHaveLength(50);
  expect(blocks.at(-1)?.text.text).toBe('… 另有 32 段未显示，见日志库。 … 32 more, see the log store.');
});

test('a webhook gets the whole message as data, signed with id and time in its headers', async () => {
  const { seen } = await sent('webhook', {});
  const body = seen?.body ?? '';
  expect(JSON.parse(body)).toEqual({
    schema: 1,
    id: ID,
    sentAt: '2023-11-14T22:13:20.000Z',
    severity: 'warning',
    title: '【警告】设备证书曾被停用 · post-cn-aaaa1111',
    text: [
      '【警告】设备证书曾被停用 · post-cn-aaaa1111',
      '实例 post-cn-aaaa1111：设备证书 00c0ffee 曾被停用。',
      '实例 Instance: post-cn-aaaa1111',
      '• post-cn-aaaa1111 · c0ffee',
      'mqtt-certs undo 20260101T000000Z',
    ].join('\n'),
    kind: 'device-reactivated',
    causeId: 'device-reactivated.0123456789abcdef',
    phase: 'new',
    problems: [{ causeId: 'device-reactivated.0123456789abcdef', kind: 'device-reactivated', phase: 'new', count: 2 }],
    problemCount: 1,
    eventCount: 2,
    parts: sampleMessage().parts,
    partsLeftOut: 0,
  });
  expect(seen?.headers['webhook-id']).toBe(ID);
  expect(seen?.headers['webhook-timestamp']).toBe('1700000000');
  const key = Buffer.from('0123456789abcdef0123456789abcdef');
  expect(seen?.headers['webhook-signature']).toBe(
    webhookSignature(key, { id: ID, timestamp: '1700000000', body: Buffer.from(body) }),
  );
});

test.each(['', 'secret', 'whsec_', 'whsec_c2hvcnQ=', 'whsec_***'])(
  'a webhook does not open with the secret "%s"',
  (secret) => {
    const open = () =>
      openChannel({ kind: 'webhook', url: 'https://hooks.example/x', secret, keyword: '', clock: virtualClock(NOW) });
    expect(open).toThrow('the secret of a webhook is whsec_ and at least 16 bytes in base64');
  },
);

const throttled = (code: string, retryAfterMs: number): Delivery => ({ kind: 'throttled', code, retryAfterMs });

test.each<[ChannelKind, Answer, Delivery]>([
  ['webhook', { status: 204 }, { kind: 'delivered' }],
  ['webhook', { status: 408 }, { kind: 'unknown', code: 'http-408' }],
  ['webhook', { status: 429 }, throttled('http-429', 60_000)],
  ['webhook', { status: 429, headers: { 'retry-after': '120' } }, throttled('http-429', 120_000)],
  ['webhook', { status: 503, headers: { 'retry-after': '0' } }, throttled('http-503', 1000)],
  ['webhook', { status: 503, headers: { 'retry-after': '99999999' } }, throttled('http-503', 3_600_000)],
  [
    'webhook',
    { status: 503, headers: { 'retry-after': 'Tue, 14 Nov 2023 22:15:20 GMT' } },
    throttled('http-503', 120_000),
  ],
  ['webhook', { status: 503, headers: { 'retry-after': 'soon' } }, throttled('http-503', 60_000)],
  ['webhook', { status: 500 }, { kind: 'unknown', code: 'http-500' }],
  ['webhook', { status: 401 }, { kind: 'refused', code: 'http-401' }],
  ['webhook', { status: 404 }, { kind: 'refused', code: 'http-404' }],
  ['webhook', { status: 410 }, { kind: 'refused', code: 'http-410' }],
  ['webhook', { status: 413 }, { kind: 'content-refused', code: 'http-413' }],
  ['webhook', { status: 418 }, { kind: 'unknown', code: 'http-418' }],
  ['feishu', { body: '{"StatusCode":0,"StatusMessage":"success"}' }, { kind: 'delivered' }],
  ['feishu', { body: '{"code":"0"}' }, { kind: 'delivered' }],
  ['feishu', { body: '{"code":9499,"StatusCode":0}' }, { kind: 'content-refused', code: '9499' }],
  ['feishu', { body: '{"code":19021}' }, { kind: 'refused', code: '19021' }],
  ['feishu', { body: '{"code":19022}' }, { kind: 'refused', code: '19022' }],
  ['feishu', { body: '{"code":1,"msg":"frequency limited"}' }, throttled('1', 60_000)],
  ['feishu', { body: '{"msg":"success"}' }, { kind: 'unknown', code: 'UnreadableAnswer' }],
  ['wecom', { body: '{"errcode":"0"}' }, { kind: 'delivered' }],
  ['wecom', { body: '{"errcode":40008}' }, { kind: 'unknown', code: '40008' }],
  ['wecom', { body: '{"errmsg":"ok"}' }, { kind: 'unknown', code: 'UnreadableAnswer' }],
  ['slack', { body: 'ok\n' }, { kind: 'delivered' }],
  ['slack', { body: 'okay' }, { kind: 'unknown', code: 'UnreadableAnswer' }],
  ['slack', { status: 403, body: 'action_prohibited' }, { kind: 'refused', code: 'action_prohibited' }],
  ['slack', { status: 410, body: 'channel_is_archived' }, { kind: 'refused', code: 'channel_is_archived' }],
  ['slack', { status: 400, body: 'user_not_found' }, { kind: 'refused', code: 'user_not_found' }],
  ['slack', { status: 400, body: 'invalid_payload' }, { kind: 'content-refused', code: 'invalid_payload' }],
  ['slack', { status: 404, body: '<html>not here</html>' }, { kind: 'unknown', code: 'http-404' }],
  ['slack', { status: 429, headers: { 'retry-after': '7' } }, throttled('http-429', 7000)],
])('%s: the answer %j is %j', async (kind, answer, expected) => {
  expect((await sent(kind, answer)).delivery).toEqual(expected);
});

test.each<ChannelKind>(['dingtalk', 'webhook', 'feishu', 'wecom', 'slack'])(
  '%s: what an answer says goes nowhere: a delivery is a code of ours or of the table',
  async (kind) => {
    const body = JSON.stringify({
      errcode: 'LTAI-s3cr3t',
      code: 'LTAI-s3cr3t',
      errmsg: 'access_token=s3cr3t',
      msg: 's3cr3t',
    });
    const { delivery } = await sent(kind, { status: 500, body });
    expect(JSON.stringify(delivery)).toBe('{"kind":"unknown","code":"http-500"}');
  },
);
