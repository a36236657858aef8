import { expect, test } from 'vitest';
import { eventsTold } from '../../../scripts/bench/events-told.ts';

test('a title tells the events of a digest, of one problem that happened often, or one', () => {
  expect(eventsTold('【严重】50 个问题，共 1000 起事件')).toBe(1000);
  expect(eventsTold('【警告】证书对被拒绝 ×47 · post-cn-bench00001')).toBe(47);
  expect(eventsTold('【通知】CA 证书已注册 · post-cn-bench00000 · plant-12')).toBe(1);
});
