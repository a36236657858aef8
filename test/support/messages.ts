import type { Message, MessagePart } from '../../shared/core/notify/message.ts';

/** A message as the composer makes them; `parts` replaces what it says. */
export function sampleMessage(parts?: readonly MessagePart[]): Message {
  return {
    severity: 'warning',
    title: '【警告】设备证书曾被停用 · post-cn-aaaa1111',
    parts: parts ?? [
      { kind: 'paragraph', text: '实例 post-cn-aaaa1111：设备证书 00c0ffee 曾被停用。' },
      { kind: 'facts', facts: [{ label: '实例 Instance', value: 'post-cn-aaaa1111' }] },
      { kind: 'list', items: ['post-cn-aaaa1111 · c0ffee'] },
      { kind: 'command', text: 'mqtt-certs undo 20260101T000000Z' },
    ],
    about: {
      problems: [
        { causeId: 'device-reactivated.0123456789abcdef', kind: 'device-reactivated', phase: 'new', count: 2 },
      ],
      problemCount: 1,
      eventCount: 2,
    },
  };
}
