import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ChatFault } from '../../local/chat/chat-face.ts';
import { type LocalChats, startChats } from '../../local/chat/chats.ts';
import { createLocalClock } from '../../local/clock.ts';
import { ChannelSettingsError } from '../../shared/adapters/channels/channel-request.ts';
import { openChannel } from '../../shared/adapters/channels/open-channel.ts';
import { CHANNEL_KINDS, type ChannelKind } from '../../shared/core/notify/channel-kind.ts';
import type { Channel, Delivery } from '../../shared/ports/channel.ts';
import { sampleMessage } from '../support/messages.ts';
import { spoiledReceiver } from '../support/spoiled-receiver.ts';
import { virtualClock } from '../support/virtual-clock.ts';

const ID = '0123456789abcdef0123456789abcdef';
const WHSEC = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';

async function chats(): Promise<LocalChats> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'chats-'));
  const { chats: started, close } = await startChats({
    dataFolder,
    clock: createLocalClock(),
    onMessage: () => undefined,
  });
  onTestFinished(async () => {
    await close();
    rmSync(dataFolder, { recursive: true, force: true });
  });
  return started;
}

function channelTo(kind: ChannelKind, url: string, secret = kind === 'webhook' ? WHSEC : ''): Channel {
  return openChannel({ kind, url, secret, keyword: '', clock: virtualClock() });
}

const send = (channel: Channel, timeoutMs = 5000): Promise<Delivery> =>
  channel.send({ id: ID, message: sampleMessage(), timeoutMs });

test.each(CHANNEL_KINDS)(
  '%s: a message that the face takes is delivered, and reads as it was composed',
  async (kind) => {
    const { [kind]: face } = await chats();
    expect(await send(channelTo(kind, face.webhook, face.secret))).toEqual({ kind: 'delivered' });
    const [shown] = face.messages();
    const text = `${shown?.title ?? ''}\n${shown?.text ?? ''}`;
    for (const part of [
      '【警告】设备证书曾被停用',
      '曾被停用。',
      'post-cn-aaaa1111 · c0ffee',
      'mqtt-certs undo 20260101T000000Z',
    ]) {
      expect(text).toContain(part);
    }
  },
);

test.each(['dingtalk', 'webhook'] as const)('%s: the same id is shown once, however often it is sent', async (kind) => {
  const { [kind]: face } = await chats();
  const channel = channelTo(kind, face.webhook, face.secret);
  face.setFaults([{ fault: 'answer-lost', times: 1 }]);
  expect(await send(channel)).toEqual({ kind: 'unknown', code: 'NoConnection' });
  expect(await send(channel)).toEqual({ kind: 'delivered' });
  expect(face.messages()).toHaveLength(1);
  expect(face.messages()[0]).toMatchObject({ key: ID, repeats: 1 });
});

const UNREADABLE: Delivery = { kind: 'unknown', code: 'UnreadableAnswer' };
const PROXY: Delivery = { kind: 'unknown', code: 'http-502' };
const minutes = (count: number): number => count * 60_000;

test.each<[ChannelKind, ChatFault, Delivery]>([
  ['dingtalk', 'throttled', { kind: 'throttled', code: '130101', retryAfterMs: minutes(10) }],
  ['dingtalk', 'anti-flood', { kind: 'throttled', code: '1111', retryAfterMs: minutes(10) }],
  ['dingtalk', 'refused', { kind: 'refused', code: '300005' }],
  ['dingtalk', 'content-refused', { kind: 'content-refused', code: '430102' }],
  ['dingtalk', 'busy', { kind: 'throttled', code: '-1', retryAfterMs: 30_000 }],
  ['dingtalk', 'html', PROXY],
  ['dingtalk', 'html-200', UNREADABLE],
  ['dingtalk', 'down', { kind: 'unknown', code: 'NoConnection' }],
  ['webhook', 'throttled', { kind: 'throttled', code: 'http-429', retryAfterMs: minutes(1) }],
  ['webhook', 'refused', { kind: 'refused', code: 'http-410' }],
  ['webhook', 'content-refused', { kind: 'content-refused', code: 'http-422' }],
  ['webhook', 'busy', { kind: 'unknown', code: 'http-503' }],
  ['webhook', 'html', PROXY],
  ['webhook', 'html-200', UNREADABLE],
  ['webhook', 'down', { kind: 'unknown', code: 'NoConnection' }],
  ['feishu', 'throttled', { kind: 'throttled', code: '11232', retryAfterMs: minutes(1) }],
  ['feishu', 'refused', { kind: 'refused', code: '19001' }],
  ['feishu', 'content-refused', { kind: 'content-refused', code: '9499' }],
  ['feishu', 'busy', { kind: 'unknown', code: '5000' }],
  ['feishu', 'html', PROXY],
  ['feishu', 'html-200', UNREADABLE],
  ['feishu', 'down', { kind: 'unknown', code: 'NoConnection' }],
  ['wecom', 'throttled', { kind: 'throttled', code: '45009', retryAfterMs: minutes(1) }],
  ['wecom', 'refused', { kind: 'refused', code: '93000' }],
  ['wecom', 'content-refused', { kind: 'content-refused', code: '40058' }],
  ['wecom', 'busy', { kind: 'throttled', code: '-1', retryAfterMs: 30_000 }],
  ['wecom', 'html', PROXY],
  ['wecom', 'html-200', UNREADABLE],
  ['wecom', 'down', { kind: 'unknown', code: 'NoConnection' }],
  ['slack', 'throttled', { kind: 'throttled', code: 'http-429', retryAfterMs: minutes(1) }],
  ['slack', 'refused', { kind: 'refused', code: 'no_service' }],
  ['slack', 'content-refused', { kind: 'content-refused', code: 'invalid_blocks' }],
  ['slack', 'busy', { kind: 'unknown', code: 'http-500' }],
  ['slack', 'html', PROXY],
  ['slack', 'html-200', UNREADABLE],
  ['slack', 'down', { kind: 'unknown', code: 'NoConnection' }],
])('%s, %s: is %j', async (kind, fault, expected) => {
  const { [kind]: face } = await chats();
  face.setFaults([{ fault, times: 1 }]);
  expect(await send(channelTo(kind, face.webhook, face.secret))).toEqual(expected);
  expect(face.messages()).toEqual([]);
});

test.each(CHANNEL_KINDS)('%s: a face that never answers is given up at the time limit', async (kind) => {
  const { [kind]: face } = await chats();
  face.setFaults([{ fault: 'hang', times: 1 }]);
  const startedAt = performance.now();
  expect(await send(channelTo(kind, face.webhook, face.secret), 150)).toEqual({ kind: 'unknown', code: 'Timeout' });
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test.each(CHANNEL_KINDS)('%s: a body that drips without end is given up at the time limit', async (kind) => {
  const { endpoint } = await spoiledReceiver((response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drip));
  });
  expect(await send(channelTo(kind, `${endpoint}/robot`), 150)).toEqual({ kind: 'unknown', code: 'Timeout' });
});

test.each(CHANNEL_KINDS)('%s: a redirect is refused, and nothing is sent to where it leads', async (kind) => {
  const elsewhere = await spoiledReceiver((response) => response.end('{"errcode":0,"code":0}'));
  const { endpoint, seen } = await spoiledReceiver((response) =>
    response.writeHead(307, { location: `${elsewhere.endpoint}/x` }).end(),
  );
  expect(await send(channelTo(kind, `${endpoint}/robot`))).toEqual({ kind: 'refused', code: 'http-307' });
  expect(seen).toHaveLength(1);
  expect(elsewhere.seen).toHaveLength(0);
});

test.each(CHANNEL_KINDS)('%s: an answer over 64 KiB is not read to its end', async (kind) => {
  const { endpoint } = await spoiledReceiver((response) =>
    response.end(`{"errcode":0,"code":0,"x":"${'x'.repeat(70_000)}"}`),
  );
  expect(await send(channelTo(kind, `${endpoint}/robot`))).toEqual(UNREADABLE);
});

test.each(CHANNEL_KINDS)('%s: nobody listening is no delivery, and its error is only a code', async (kind) => {
  expect(await send(channelTo(kind, 'http://127.0.0.1:9/robot?access_token=s3cr3t'))).toEqual({
    kind: 'unknown',
    code: 'NoConnection',
  });
});

test.each(
  CHANNEL_KINDS.flatMap((kind) =>
    [
      ['http://robot.example/s3cr3t-token', 'the address of the channel must begin with https'],
      ['http://127.0.0.1.example/s3cr3t-token', 'the address of the channel must begin with https'],
      ['ftp://robot.example/s3cr3t-token', 'the address of the channel must begin with https'],
      ['https://me:s3cr3t@robot.example/', 'the address of the channel must not carry a name or a password'],
      ['s3cr3t-token', 'the address of the channel is no URL'],
      ['', 'the address of the channel is no URL'],
    ].map(([url = '', message = '']) => ({ kind, url, message })),
  ),
)('$kind: the address "$url" opens no channel, and the error does not repeat it', ({ kind, message, url }) => {
  expect(() => channelTo(kind, url)).toThrow(new ChannelSettingsError(message));
});
