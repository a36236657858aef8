import { INSTANCE, soundPair } from '../../support/drop-world.ts';
import type { ToldWorld } from '../../support/told-world.ts';
import { CA, DAY, endOf, fleet, remove, SERIALS, watch } from './fleet.ts';
import type { Reading, Stories } from './story.ts';

const ON_INSTANCE = ' · post-cn-world00001';
const UNDER_CA = ' · post-cn-world00001 · 5f0000000000000001';
const FACTS = ['实例 Instance: post-cn-world00001', '巡检编号 Sweep id: SWEEP'] as const;
const CA_FACTS = [...FACTS, 'CA 序列号 CA serial: 5f0000000000000001'] as const;
const INACTIVE = '【警告】CA 证书处于停用状态 · post-cn-world00001 · fleet / 5f0000000000000001';

const log = (kind: string, ca = ' --ca 5f0000000000000001'): string =>
  `mqtt-certs log query --kind ${kind} --instance post-cn-world00001${ca} --since 2h`;

/** The end of a condition of the CA. */
function ended(headline: string, zh: string, en: string): Reading {
  return endOf({
    ...{ headline, subject: UNDER_CA, run: log('condition-ended') },
    zh: `实例 post-cn-world00001，5f0000000000000001：${zh}`,
    en: `Instance post-cn-world00001, 5f0000000000000001: ${en}`,
  });
}

/** The end of a condition of the instance. */
function endedOnInstance(headline: string, zh: string, en: string): Reading {
  return endOf({
    ...{ headline, subject: ON_INSTANCE, run: log('condition-ended', '') },
    zh: `实例 post-cn-world00001：${zh}`,
    en: `Instance post-cn-world00001: ${en}`,
  });
}

/** A CA that somebody registered at the console and that ends in a hundred days, watched and swept once. */
async function shortLived(world: ToldWorld): Promise<void> {
  const notAfter = world.services.clock.now() + 100 * DAY;
  const pair = soundPair(world.drops.code(), { serial: CA, ca: { notAfter }, verification: { notAfter } });
  world.services.register(pair, { instance: INSTANCE, caName: 'fleet' });
  world.sweeps.devices(CA, SERIALS);
  await watch(world, SERIALS);
  await world.sweeps.tick();
}

/** So many days pass, and the timer comes. */
async function sweepAfter({ services, sweeps }: ToldWorld, days: number): Promise<void> {
  services.clock.advance(days * DAY);
  await sweeps.tick();
}

/** Somebody switches the CA of the fleet at the console, and the timer comes. */
async function turnCa({ services, sweeps }: ToldWorld, status: 'active' | 'inactive'): Promise<void> {
  services.mqtt.engine.setCaStatus(INSTANCE, CA, status);
  await sweeps.tick();
}

/** From what becomes of CAs and of the service to what the robot says of it. */
export const CA_STORIES = {
  'ca-appeared': {
    law: 'a CA that somebody registered at the console is told with the command that switches it off',
    before: (world) => fleet(world),
    cause: async (world) => {
      world.sweeps.ca('stranger', '5f02');
      await world.sweeps.tick();
    },
    reads: {
      title: '【通知】出现了不是由本系统注册的 CA · post-cn-world00001 · stranger / 5f02',
      zh: ['出现了新的 CA 证书 5f02，不是由本系统注册的。', '如果不是您授权的操作，请停用该 CA'],
      en: ['it was not registered by this pipeline.', 'If nobody you trust did this, deactivate it:'],
      facts: [...FACTS, 'CA 序列号 CA serial: 5f02', '名称 Name: stranger'],
      run: [
        'aliyun onsmqtt InactivateCaCertificate --MqttInstanceId post-cn-world00001 --Sn 5f02',
        log('ca-appeared', ' --ca 5f02'),
      ],
    },
  },
  'ca-vanished': {
    law: 'a CA that somebody deleted is told with how many watched devices went with it',
    before: (world) => fleet(world),
    cause: async (world) => {
      world.services.mqtt.engine.deleteCa(INSTANCE, CA);
      await world.sweeps.tick();
    },
    reads: {
      title: `【警告】CA 证书消失${UNDER_CA}`,
      zh: ['消失了；删除 CA 会连同它签发的所有设备证书一起删除。', '受影响的监视设备：14。', '请重新注册该 CA。'],
      en: ['deletes every device certificate it issued.', 'depend on it: 14.', 'register it again.'],
      facts: CA_FACTS,
      run: [log('ca-vanished')],
    },
  },
  'ca-missing': {
    law: 'a watch list that names a CA nobody registered is told, and that the CA is there',
    cause: async (world) => {
      await watch(world, SERIALS);
      await world.sweeps.tick();
    },
    reads: {
      title: `【警告】监视清单中的 CA 不存在${UNDER_CA}`,
      zh: ['监视清单中的 CA 证书 5f0000000000000001', '影响 14 个监视设备。', '核对监视清单中的 CA 序列号和实例目录'],
      en: [
        'of the watch list is not on instance',
        '14 watched devices name it.',
        'Check the CA serial in the watch list',
      ],
      facts: CA_FACTS,
      run: ['mqtt-certs watch list --instance post-cn-world00001', log('ca-missing')],
    },
    end: {
      cause: async (world) => {
        world.sweeps.ca('fleet', CA);
        world.sweeps.devices(CA, SERIALS);
        await world.sweeps.tick();
      },
      reads: ended('监视清单中的 CA 不存在', 'CA 证书已能查到', 'the CA is there'),
    },
  },
  'ca-expiring': {
    law: 'a CA that ends within a month is told with how many devices depend on it',
    before: shortLived,
    cause: (world) => sweepAfter(world, 75),
    reads: {
      title: '【通知】CA 证书即将到期 · post-cn-world00001 · fleet / 5f0000000000000001',
      zh: ['将在 30 天内到期，影响 14 个监视设备。', '请准备新的 CA 并为设备换发证书。'],
      en: ['ends within 30 days; 14 watched devices depend on it.', 'Prepare a new CA'],
      facts: [...CA_FACTS, '名称 Name: fleet'],
      run: [log('ca-expiring')],
    },
  },
  'ca-expired': {
    law: 'a CA past its end is told as critical, and when it is gone',
    before: shortLived,
    cause: (world) => sweepAfter(world, 101),
    reads: {
      title: '【严重】CA 证书已过期 · post-cn-world00001 · fleet / 5f0000000000000001',
      zh: ['已过期，影响 14 个监视设备。', '注册新的 CA 并为设备换发证书。'],
      en: ['is expired; 14 watched devices depend on it.', 'Register a new CA'],
      facts: [...CA_FACTS, '名称 Name: fleet'],
      run: [log('ca-expired')],
    },
    end: {
      cause: async (world) => {
        world.services.mqtt.engine.deleteCa(INSTANCE, CA);
        await world.sweeps.tick();
      },
      reads: ended('CA 证书已过期', '该 CA 证书已不在实例上', 'that CA is not on the instance any more'),
      besides: [`【警告】CA 证书消失${UNDER_CA}`],
    },
  },
  'ca-inactive': {
    law: 'a CA that is switched off is told with what the documents say of it and what switches it on, and that it is on',
    before: (world) => fleet(world),
    cause: (world) => turnCa(world, 'inactive'),
    reads: {
      title: INACTIVE,
      zh: [
        '处于停用状态：按文档，新设备无法接入，已注册的设备不受影响；其下 14 个监视设备不会被重新激活。',
        '如需启用',
      ],
      en: ['by the documents new devices are refused and registered ones go on', 'none of the 14', 'To switch it on:'],
      facts: [...CA_FACTS, '名称 Name: fleet'],
      run: [
        'aliyun onsmqtt ActiveCaCertificate --MqttInstanceId post-cn-world00001 --Sn 5f0000000000000001',
        log('ca-inactive'),
      ],
    },
    end: {
      cause: (world) => turnCa(world, 'active'),
      reads: ended('CA 证书处于停用状态', 'CA 证书已是激活状态', 'the CA is active again'),
    },
  },
  'service-silent': {
    law: 'a service that cuts every connection is told as critical, and that it answers again',
    before: (world) => fleet(world),
    cause: async (world) => {
      world.services.mqtt.holdFaults([{ action: '*', fault: 'reset-before' }]);
      await world.sweeps.tick();
    },
    reads: {
      title: '【严重】MQTT 管控接口没有应答，巡检停止',
      zh: ['连续 20 次没有应答，巡检 SWEEP 停止；出口地址可能因调用过快被封禁。', '系统会在 5、15、60 分钟后再试。'],
      en: [
        'did not answer 20 times in a row',
        'A blocked source address looks like this.',
        'tried again after 5, 15 and 60',
      ],
      facts: ['巡检编号 Sweep id: SWEEP'],
      run: ['mqtt-certs log query --kind service-silent --since 2h'],
    },
    end: {
      cause: async ({ services, sweeps }) => {
        services.mqtt.holdFaults([]);
        services.clock.advance(240_000);
        await sweeps.invoke({
          triggerTime: new Date(services.clock.now()).toISOString(),
          triggerName: 't',
          payload: '',
        });
      },
      reads: endOf({
        headline: 'MQTT 管控接口没有应答，巡检停止',
        subject: '',
        zh: '本部署：MQTT 管控接口恢复应答，巡检已完成',
        en: 'This deployment: the MQTT API answers again, and a sweep is complete',
        run: 'mqtt-certs log query --kind condition-ended --since 2h',
      }),
    },
  },
  'instance-blocked': {
    law: 'a role that may not read certificates is told as critical, with the permission, and that it may',
    before: (world) => fleet(world),
    cause: async (world) => {
      world.services.mqtt.setSettings({ deniedActions: ['GetCaCertificate'] });
      await world.sweeps.tick();
    },
    reads: {
      title: '【严重】实例无法巡检 · post-cn-world00001',
      zh: ['实例 post-cn-world00001 无法巡检（PermissionCheckFailed）。', '没有执行该操作的权限', '请为函数角色授予'],
      en: ['can not be swept (PermissionCheckFailed).', 'is not allowed', "Grant the function's role"],
      facts: [...FACTS, '错误码 Code: PermissionCheckFailed'],
      run: [log('instance-blocked', '')],
    },
    end: {
      cause: async (world) => {
        world.services.mqtt.setSettings({ deniedActions: [] });
        await world.sweeps.tick();
      },
      reads: endedOnInstance('实例无法巡检', '实例可以巡检了', 'the instance can be swept again'),
    },
  },
  'list-refused': {
    law: 'a role that may not list is told with what is not seen therefore, and that it may',
    before: (world) => fleet(world),
    cause: async (world) => {
      world.services.mqtt.setSettings({ deniedActions: ['ListCaCertificate'] });
      await world.sweeps.tick();
    },
    reads: {
      title: '【警告】没有列出证书的权限 · post-cn-world00001',
      zh: ['没有列出 CA 证书的权限（cas-not-listed），改为逐个查询', '此时看不到', 'mq:ListCaCertificate'],
      en: ['listing CAs is not possible (cas-not-listed)', 'are not seen.', 'mq:ListCaCertificate'],
      facts: [...FACTS, '错误码 Code: PermissionCheckFailed'],
      run: [log('list-refused', '')],
    },
    end: {
      cause: async (world) => {
        world.services.mqtt.setSettings({ deniedActions: [] });
        await world.sweeps.tick();
      },
      reads: endedOnInstance('没有列出证书的权限', '已能列出证书', 'certificates can be listed again'),
    },
  },
  'condition-ended': {
    law: 'what is taken off the watch list is told to be looked at by nobody, not to be well',
    before: async (world) => {
      await fleet(world);
      remove(world, ['a1']);
      await world.sweeps.tick();
    },
    cause: async (world) => {
      await world.remove(`watch/${INSTANCE}/fleet.csv`);
      await world.sweeps.tick();
    },
    reads: ended(
      '设备证书消失',
      '已不在监视范围内，系统不再查看',
      'nothing of it is watched any more, so nobody looks',
    ),
    besides: ['【警告】监视清单变小了 · post-cn-world00001 · watch/post-cn-world00001/fleet.csv'],
  },
} as const satisfies Partial<Stories>;
