import { expect, test } from 'vitest';
import { renderBubble } from '../../../scripts/play/chat-bubble.ts';

const PLAIN = { bold: (text: string) => text, dim: (text: string) => text };
const MESSAGE = {
  title: '【通知】CA 已注册',
  text: '#### 【通知】CA 已注册\n\n- **实例**: post-cn-local00001\n\n> it is read back\n\n a\\_b',
};

test('a message stands beside the timeline, without its markup, every line of the box as wide as the others', () => {
  const lines = renderBubble('DingTalk', MESSAGE, 120, PLAIN);
  expect(lines.map((line) => line.trim())).toEqual([
    `╭─ DingTalk ${'─'.repeat(62)}╮`,
    `│ 【通知】CA 已注册${' '.repeat(55)} │`,
    `│ · 实例: post-cn-local00001${' '.repeat(46)} │`,
    `│ it is read back${' '.repeat(57)} │`,
    `│ a_b${' '.repeat(69)} │`,
    `╰${'─'.repeat(74)}╯`,
  ]);
  expect(lines.every((line) => line.startsWith(' '.repeat(36)) && !line.startsWith(' '.repeat(37)))).toBe(true);
});

test('in a narrow terminal it stands below, and Chinese without blanks is broken where the line ends', () => {
  const lines = renderBubble('DingTalk', { title: '标题', text: '设'.repeat(45) }, 60, PLAIN);
  expect(lines.slice(1, -1)).toEqual([
    `    │ 标题${' '.repeat(48)} │`,
    `    │ ${'设'.repeat(26)} │`,
    `    │ ${'设'.repeat(19)}${' '.repeat(14)} │`,
  ]);
});

test('a long message is cut, and says so; escape sequences in it mean nothing', () => {
  const text = Array.from({ length: 30 }, (_, at) => `line ${String(at)} \u001b[31m`).join('\n');
  const lines = renderBubble('DingTalk', { title: 'many', text }, 120, PLAIN);
  expect(lines).toHaveLength(17);
  expect(lines.at(-2)).toContain('… 17 more lines');
  expect(lines.join('')).not.toContain('\u001b');
});
