import type { ToldWorld } from '../../support/told-world.ts';
import { CA, DAY, endOf, fleet, remove, SERIALS, turn } from './fleet.ts';
import type { Reading, Stories } from './story.ts';

const MANY = Array.from({ length: 30 }, (_, index) => (0xa100 + index).toString(16));
const UNDER_CA = ' · post-cn-world00001 · 5f0000000000000001';
const REACTIVATED = '【警告】设备证书曾被停用，现已回读为激活状态 · post-cn-world00001 · a1 / device-00a1';
const FACTS = [
  '实例 Instance: post-cn-world00001',
  'CA 序列号 CA serial: 5f0000000000000001',
  '巡检编号 Sweep id: SWEEP',
] as const;

const log = (kind: string): string =>
  `mqtt-certs log query --kind ${kind} --instance post-cn-world00001 --ca 5f0000000000000001 --since 2h`;

/** The end of a condition of the fleet's devices. */
function ended(headline: string, zh: string, en: string): Reading {
  return endOf({
    ...{ headline, subject: UNDER_CA, run: log('condition-ended') },
    zh: `实例 post-cn-world00001，5f0000000000000001：${zh}`,
    en: `Instance post-cn-world00001, 5f0000000000000001: ${en}`,
  });
}

/** So many days pass, and the timer comes. */
async function sweepAfter({ services, sweeps }: ToldWorld, days: number): Promise<void> {
  services.clock.advance(days * DAY);
  await sweeps.tick();
}

/** From what becomes of devices at the service to what the robot says of it. */
export const DEVICE_STORIES = {
  'device-reactivated': {
    law: 'a device that was switched off and is active again is told with how to hold it and how to undo it',
    before: (world) => fleet(world),
    cause: async (world) => {
      turn(world, 'inactive', ['a1']);
      await world.sweeps.tick();
    },
    reads: {
      title: REACTIVATED,
      zh: [
        '设备证书 a1',
        '曾被停用，已重新激活；回读确认为激活状态，这不代表设备已在线。',
        '如果是有意停用',
        '撤销这次巡检',
      ],
      en: ['was inactive', 'read back active. That is no proof that the device is online.', 'on purpose', 'To undo'],
      facts: [...FACTS, '设备序列号 Device serial: a1', '名称 Name: device-00a1'],
      run: [
        'mqtt-certs hold add --instance post-cn-world00001 --ca 5f0000000000000001 --device a1 --inactivate',
        'mqtt-certs undo SWEEP',
        log('device-reactivated'),
      ],
    },
  },
  'reactivation-failed': {
    law: 'an activation that the service fails is told with its code, and that it works again',
    before: (world) => fleet(world),
    cause: async (world) => {
      turn(world, 'inactive', ['a1']);
      world.services.mqtt.holdFaults([{ action: 'ActiveDeviceCertificate', fault: 'internal-error' }]);
      await world.sweeps.tick();
    },
    reads: {
      title: '【警告】设备证书未能重新激活 · post-cn-world00001 · a1 / device-00a1',
      zh: ['设备证书 a1（CA 5f0000000000000001）未能重新激活（InternalError）。', '服务内部错误', '下一次巡检会再试'],
      en: ['could not be activated (InternalError).', 'internal fault', 'The next sweep tries again'],
      facts: [...FACTS, '设备序列号 Device serial: a1', '错误码 Code: InternalError'],
      run: [log('reactivation-failed')],
    },
    end: {
      cause: async (world) => {
        world.services.mqtt.holdFaults([]);
        await world.sweeps.tick();
      },
      reads: ended('设备证书未能重新激活', '没有设备证书再因此激活失败', 'no activation fails for this any more'),
      besides: [REACTIVATED],
    },
  },
  'device-flapping': {
    law: 'a device that is switched off again is left alone, told with its release, and that it is on again',
    before: async (world) => {
      await fleet(world);
      turn(world, 'inactive', ['a1']);
      await world.sweeps.tick();
    },
    cause: async (world) => {
      turn(world, 'inactive', ['a1']);
      await world.sweeps.tick();
    },
    reads: {
      title: '【警告】设备证书反复被停用，系统不再处理 · post-cn-world00001 · a1',
      zh: [
        '重新激活后 7 天内再次被停用，系统不再处理，直到按名称放行。',
        '先查明是谁停用了它；放行一次（24 小时内有效）',
      ],
      en: ['hands off until it is released by name.', 'Find out who switches it off; to let it through once'],
      facts: [...FACTS, '设备序列号 Device serial: a1'],
      run: [
        'mqtt-certs release --instance post-cn-world00001 --ca 5f0000000000000001 --sweep SWEEP',
        log('device-flapping'),
      ],
    },
    end: {
      cause: async (world) => {
        turn(world, 'active', ['a1']);
        await world.sweeps.tick();
      },
      reads: ended(
        '设备证书反复被停用，系统不再处理',
        '没有监视中的设备证书反复被停用',
        'no watched device is switched off again and again any more',
      ),
    },
  },
  'breaker-open': {
    law: 'eleven devices switched off at once are touched by nobody, told with the list and the release, and that it is over',
    before: (world) => fleet(world),
    cause: async (world) => {
      turn(world, 'inactive', SERIALS.slice(0, 11));
      await world.sweeps.tick();
    },
    reads: {
      title: `【严重】停用的设备证书过多，一个都没有处理${UNDER_CA}`,
      zh: [
        '有 11 个设备证书被停用、需要重新激活',
        '超过上限（CA 10，实例 200）',
        '例如：a1, a2, a3, a4, a5。',
        '确认后放行一次',
      ],
      en: [
        '11 device certificates under CA',
        'past the limits (10 and 200)',
        'Among them: a1, a2',
        'let them through once',
      ],
      facts: FACTS,
      run: [
        'mqtt-certs devices --instance post-cn-world00001 --state inactive',
        'mqtt-certs release --instance post-cn-world00001 --ca 5f0000000000000001 --sweep SWEEP',
        log('breaker-open'),
      ],
    },
    end: {
      cause: async (world) => {
        turn(world, 'active', SERIALS);
        await world.sweeps.tick();
      },
      reads: ended(
        '停用的设备证书过多，一个都没有处理',
        '熔断已解除，没有被拦下的设备证书',
        'the breaker is closed, and it stops no device any more',
      ),
    },
  },
  'device-expiring': {
    law: 'a certificate that ends within two months is told',
    before: (world) => fleet(world, ['a1']),
    cause: (world) => sweepAfter(world, 945),
    reads: {
      title: '【通知】设备证书即将到期 · post-cn-world00001 · a1',
      zh: ['设备证书 a1（CA 5f0000000000000001）将在 60 天内到期。', '请为设备换发证书。'],
      en: ['ends within 60 days.', 'Issue the device a new certificate.'],
      facts: [...FACTS, '设备序列号 Device serial: a1'],
      run: [log('device-expiring')],
    },
  },
  'device-expired': {
    law: 'a certificate past its end is told, and that the device has a new one',
    before: (world) => fleet(world, ['a1']),
    cause: (world) => sweepAfter(world, 1001),
    reads: {
      title: '【警告】设备证书已过期 · post-cn-world00001 · a1',
      zh: ['设备证书 a1（CA 5f0000000000000001）已过期；过期证书不会被重新激活。', '请为设备换发证书。'],
      en: ['is expired; an expired certificate is never activated.', 'Issue the device a new certificate.'],
      facts: [...FACTS, '设备序列号 Device serial: a1'],
      run: [log('device-expired')],
    },
    end: {
      cause: async (world) => {
        remove(world, ['a1']);
        world.sweeps.devices(CA, ['a1']);
        await world.sweeps.tick();
      },
      reads: ended(
        '设备证书已过期',
        '没有监视中的设备证书处于过期状态',
        'no watched device certificate is expired any more',
      ),
    },
  },
  'device-missing': {
    law: 'a certificate that is gone is told with the watch list that names it, and that it is there again',
    before: (world) => fleet(world),
    cause: async (world) => {
      remove(world, ['a1']);
      await world.sweeps.tick();
    },
    reads: {
      title: '【警告】设备证书消失 · post-cn-world00001 · a1',
      zh: ['设备证书 a1（CA 5f0000000000000001）以前存在，现在查不到了。', '请把它从监视清单中移除'],
      en: ['was known before and is gone.', 'remove it from the watch list'],
      facts: [...FACTS, '设备序列号 Device serial: a1'],
      run: ['mqtt-certs watch list --instance post-cn-world00001', log('device-missing')],
    },
    end: {
      cause: async (world) => {
        world.sweeps.devices(CA, ['a1']);
        await world.sweeps.tick();
      },
      reads: ended('设备证书消失', '没有监视中的设备证书缺失', 'no watched device certificate is missing any more'),
    },
  },
  'devices-left-inactive': {
    law: 'devices that nobody asks to be activated are told as one, with why, and that they are on again',
    before: (world) => fleet(world, SERIALS, 'no'),
    cause: async (world) => {
      turn(world, 'inactive', ['a1', 'a2']);
      await world.sweeps.tick();
    },
    reads: {
      title: `【警告】有设备证书被停用，系统没有处理${UNDER_CA}`,
      zh: [
        '有 2 个监视中的设备证书被停用',
        '监视清单没有要求重新激活，不会处理',
        '例如：a1, a2。',
        'reactivate=yes',
        '完整清单',
      ],
      en: [
        '2 watched device certificates',
        'they are left alone. Among them: a1, a2.',
        'with reactivate=yes',
        'All of them:',
      ],
      facts: FACTS,
      run: [
        'mqtt-certs hold add --instance post-cn-world00001 --ca 5f0000000000000001 --device a1',
        'mqtt-certs devices --instance post-cn-world00001 --state inactive',
        log('devices-left-inactive'),
      ],
    },
    end: {
      cause: async (world) => {
        turn(world, 'active', ['a1', 'a2']);
        await world.sweeps.tick();
      },
      reads: ended(
        '有设备证书被停用，系统没有处理',
        '没有设备证书再因此保持停用',
        'no device is left inactive for this reason any more',
      ),
    },
  },
  'devices-many': {
    law: 'thirty certificates that are gone are two messages, and so is their return',
    before: (world) => fleet(world, MANY),
    cause: async (world) => {
      remove(world, MANY);
      await world.sweeps.tick();
    },
    reads: {
      title: `【警告】大量设备证书出现同一问题${UNDER_CA}`,
      zh: [
        '共有 30 个监视中的设备证书以前存在、现在查不到',
        '例如：a100, a101, a102, a103, a104。',
        '这么多设备通常只有一个原因',
      ],
      en: ['30 watched device certificates', 'were known before and are gone', 'So many usually have one cause'],
      facts: FACTS,
      run: ['mqtt-certs devices --instance post-cn-world00001 --state missing', log('devices-many')],
    },
    besides: ['【警告】设备证书消失 ×20 · post-cn-world00001 · <one>'],
    end: {
      cause: async (world) => {
        world.sweeps.devices(CA, MANY);
        await world.sweeps.tick();
      },
      reads: ended(
        '大量设备证书出现同一问题',
        '这类设备证书已不多于 20 个',
        'there are no more than 20 such devices now',
      ),
      besides: [`【恢复】设备证书消失${UNDER_CA}`],
    },
  },
  'devices-expiring-many': {
    law: 'thirty certificates that end soon are two messages',
    before: (world) => fleet(world, MANY),
    cause: (world) => sweepAfter(world, 945),
    reads: {
      title: `【通知】大量设备证书即将到期${UNDER_CA}`,
      zh: ['又有 30 个监视中的设备证书进入到期提醒', '例如：a100, a101, a102, a103, a104。', '请为设备换发证书。'],
      en: [
        '30 more watched device certificates',
        'have come nearer to their end',
        'Issue the devices new certificates.',
      ],
      facts: FACTS,
      run: ['mqtt-certs devices --instance post-cn-world00001 --state expiring', log('devices-expiring-many')],
    },
    besides: ['【通知】设备证书即将到期 ×20 · post-cn-world00001 · <one>'],
  },
} as const satisfies Partial<Stories>;
