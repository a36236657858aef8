import { runCommand } from '../../support/cli-run.ts';
import { INSTANCE, KEY, soundPair } from '../../support/drop-world.ts';
import { advanceTo } from '../../support/housekeeping-world.ts';
import type { ToldWorld } from '../../support/told-world.ts';
import { DAY, fleet } from './fleet.ts';
import type { Reading, Stories } from './story.ts';

const MINUTE = 60_000;
const WITH_SECOND = { withSecond: true } as const;
const DAILY = { settings: { canary: 'daily' } } as const;

/** Somebody puts a file where it does not belong: something to tell. */
async function misplace({ drops }: ToldWorld, name: string): Promise<void> {
  await drops.invoke(await drops.put(`inbox/${name}`, 'x'));
}

const misplaced = (name: string): string => `【警告】文件放错位置，已移走 · inbox/${name}`;

/** Somebody pauses writing, and the timer comes. */
async function pause({ put, sweeps }: ToldWorld): Promise<void> {
  await put('control/paused', 'owner: ann\nreason: maintenance');
  await sweeps.tick();
}

/** Writing is paused, and three minutes are left of the first day of that. */
async function pausedForADay(world: ToldWorld): Promise<void> {
  await fleet(world);
  await pause(world);
  await world.minutes(7);
  world.services.clock.advance(DAY - 30 * MINUTE);
  await world.sweeps.tick();
}

const RESUMED: Reading = {
  title: '【恢复】巡检没有进展',
  zh: ['已恢复：巡检没有进展。', '巡检恢复了进展（<time>）。'],
  en: ['It is over: The sweep does not get on.', 'The sweep gets on again, since <time>.'],
  facts: ['结束于 Ended: <time>', '开始于 Since: <time>'],
  run: ['mqtt-certs log query --kind sweep-resumed --since 2h'],
};

const RESTORED: Reading = {
  title: '【恢复】通知渠道不接收消息 · dingtalk',
  zh: ['已恢复：通知渠道不接收消息。', '通知渠道 dingtalk 恢复接收消息；此前自 <time> 起不接收。'],
  en: ['It is over: A channel takes no messages.', 'takes messages again; it took none since <time>.'],
  facts: ['结束于 Ended: <time>', '开始于 Since: <time>', '名称 Name: dingtalk'],
  run: ['mqtt-certs log query --kind channel-restored --since 2h'],
};

const TAKEN_AGAIN: Reading = {
  title: '【恢复】日志库不接收结果记录',
  zh: ['已恢复：日志库不接收结果记录。', '日志库恢复接收结果记录；此前自 <time> 起不接收。'],
  en: ['It is over: The log store takes no outcome records.', 'it took none since <time>.'],
  facts: ['结束于 Ended: <time>', '开始于 Since: <time>'],
  run: ['mqtt-certs log query --kind log-store-restored --since 2h'],
};

/** The log store takes nothing for twenty minutes, in which the sweep goes on. */
async function untaken(world: ToldWorld): Promise<void> {
  world.services.sls.holdFaults([{ fault: 'server-busy' }]);
  await fleet(world);
  for (let turn = 0; turn < 2; turn += 1) {
    await world.minutes(1);
    await world.sweeps.tick();
  }
}

const LIFTED: Reading = {
  title: '【恢复】写操作处于暂停状态',
  zh: ['已恢复：写操作处于暂停状态。', '写操作的暂停已解除；暂停始于 <time>。'],
  en: ['It is over: Writing is paused.', 'Writing is no longer paused; it was since <time>.'],
  facts: ['结束于 Ended: <time>', '开始于 Since: <time>'],
  run: ['mqtt-certs log query --kind pause-lifted --since 2h'],
};

/** A message that no text can be made of. */
const UNTOLD = {
  ...{ schema: 1, id: '0123456789abcdef0123456789abcdef', severity: 'critical' },
  ...{ form: 'single', rest: { problems: 0, events: 0 }, parts: 0, alerts: 0, muted: [] },
  effects: { told: [], critical: [], conditions: [], proofs: [] },
  problems: [
    {
      ...{ causeId: 'drop-quarantined.0123456789abcdef', kind: 'drop-quarantined', severity: 'critical', count: 1 },
      ...{ firstAt: 1e300, lastAt: 1e300, since: 1e300, phase: 'new', samples: [] },
    },
  ],
};

/** From what only the teller can see to what the robot says of it. */
export const TELLING_STORIES = {
  'sweep-overdue': {
    law: 'a sweep whose timer does not come for two intervals is told as critical, and that it gets on',
    before: (world) => fleet(world),
    cause: ({ minutes }) => minutes(21),
    reads: {
      title: '【严重】巡检没有进展',
      zh: [
        '自 <time> 起没有写下任何进度（间隔 10 分钟',
        '目前无人检查',
        '之后停了下来。',
        '查看 sweep 函数的定时触发器',
      ],
      en: ['nothing was written down since <time>', 'neither checked nor activated.', 'Look at the timer trigger'],
      facts: ['查询 Query: kind: sweep-overdue'],
      run: ['mqtt-certs sweep --dry-run', 'mqtt-certs log query --kind sweep-overdue --since 2h'],
    },
    end: { cause: ({ sweeps }) => sweeps.tick(), reads: RESUMED },
  },
  'sweep-resumed': {
    law: 'a sweep that gets on again is told as the end of its standstill',
    before: async (world) => {
      await fleet(world);
      await world.minutes(22);
    },
    cause: ({ sweeps }) => sweeps.tick(),
    reads: RESUMED,
  },
  'log-store-refused': {
    law: 'a log store that takes nothing for half an hour is told with what it says, and that it takes records again',
    before: untaken,
    cause: ({ minutes }) => minutes(10),
    reads: {
      title: '【警告】日志库不接收结果记录',
      zh: [
        '日志库自 <time> 起没有接收任何结果记录（silent，ServerBusy）',
        '告警照常发送',
        '日志服务没有可用的应答。',
        '核对日志服务的 Project',
      ],
      en: ['took no outcome records since <time> (silent, ServerBusy)', 'They wait in the outbox', 'Check the project'],
      facts: ['错误码 Code: ServerBusy'],
      run: ['mqtt-certs alert list', 'mqtt-certs log query --kind log-store-refused --since 2h'],
    },
    end: {
      cause: ({ services, minutes }) => {
        services.sls.holdFaults([]);
        return minutes(1);
      },
      reads: TAKEN_AGAIN,
    },
  },
  'log-store-restored': {
    law: 'a log store that takes records again is told as the end of its trouble',
    before: async (world) => {
      await untaken(world);
      await world.minutes(10);
    },
    cause: ({ services }) => {
      services.sls.holdFaults([]);
      return Promise.resolve();
    },
    reads: TAKEN_AGAIN,
  },
  'outcome-unwritable': {
    law: 'a record that the log store refuses for good is told with its kind and where it lies',
    before: async (world) => {
      world.services.sls.holdFaults([{ fault: 'server-busy' }]);
      await misplace(world, 'ca.pem');
      await misplace(world, 'cb.pem');
    },
    cause: ({ refuseLogsWith, services }) => {
      refuseLogsWith('inbox/ca.pem', 'PostBodyInvalid');
      services.sls.holdFaults([]);
      return Promise.resolve();
    },
    reads: {
      title: '【警告】日志库不接受一条结果记录 · outbox/unwritable/record-<id>.json',
      zh: [
        '不接受一条 drop-misplaced 类型的结果记录（PostBodyInvalid）',
        '它不在日志库中。',
        '查看该对象；处理后删除它。',
      ],
      en: ['of kind drop-misplaced for good (PostBodyInvalid)', 'is not in the log store.', 'Look at the object'],
      facts: ['文件 File: outbox/unwritable/record-<id>.json', '错误码 Code: PostBodyInvalid'],
      run: ['mqtt-certs log query --kind outcome-unwritable --since 2h'],
    },
  },
  'outbox-damaged': {
    law: 'an object that is no alert is told with where it lies now',
    cause: ({ put }) => put('outbox/alerts/notes.txt', 'hello'),
    reads: {
      title: '【警告】发件箱中有无法读取的对象 · outbox/unwritable/<id>-notes.txt-e39538e7',
      zh: [
        '有一个无法读取的对象（unreadable-name）',
        '它所说的内容没有被告知。',
        '对象名不是告警的名称。',
        '并查明是谁写入了',
      ],
      en: ['can not be read (unreadable-name)', 'was not told.', 'no', 'find out who wrote it to outbox/'],
      facts: ['文件 File: outbox/unwritable/<id>-notes.txt-e39538e7'],
      run: ['mqtt-certs log query --kind outbox-damaged --since 2h'],
    },
  },
  'critical-untold': {
    law: 'a critical message that can not be told is told by where it lies, as critical as it was',
    // Whoever may write to the bucket can write down a message of no time at all.
    cause: ({ put, teller }) => {
      const createdAt = teller.clock.now();
      const folder = `state/notify/messages/${String(createdAt)}-${UNTOLD.id}/`;
      return put(`${folder}record.json`, JSON.stringify({ ...UNTOLD, createdAt }));
    },
    reads: {
      title: '【严重】一条严重消息没能告知 · outbox/unwritable/<id>.json',
      zh: ['（drop-quarantined）没有渠道接受', '它所说的 1 个问题没有被告知。', '立即查看该对象'],
      en: ['a critical message (drop-quarantined)', 'nobody was told: 1.', 'Read the object now'],
      facts: ['文件 File: outbox/unwritable/<id>.json'],
      run: ['mqtt-certs alert test', 'mqtt-certs log query --kind critical-untold --since 2h'],
    },
  },
  'channel-refused': {
    law: 'a robot that refuses is told by the other one as critical, with how to test it, and that it takes messages again',
    teller: WITH_SECOND,
    before: (world) => fleet(world),
    cause: (world) => {
      world.teller.robot.holdFault('refused');
      return misplace(world, 'ca.pem');
    },
    bySecond: true,
    reads: {
      title: '【严重】通知渠道不接收消息 · dingtalk',
      zh: [
        '本消息改由备用渠道发送',
        '不接收消息（refused，300005）',
        '渠道明确拒绝，需要有人处理。',
        '核对机器人的地址',
      ],
      en: [
        'Sent here because the channel dingtalk refuses',
        'takes no messages since <time>',
        'Check the address, the signing',
      ],
      facts: ['名称 Name: dingtalk', '错误码 Code: 300005'],
      run: ['mqtt-certs alert test', 'mqtt-certs log query --kind channel-refused --since 2h'],
    },
    besides: [misplaced('ca.pem')],
    end: {
      cause: (world) => {
        world.teller.robot.holdFault(undefined);
        return misplace(world, 'cb.pem');
      },
      reads: RESTORED,
      besides: [misplaced('cb.pem')],
    },
  },
  'channel-restored': {
    law: 'a robot that takes messages again says so itself, with since when it took none',
    teller: WITH_SECOND,
    before: async (world) => {
      world.teller.robot.holdFault('refused');
      await misplace(world, 'ca.pem');
    },
    cause: (world) => {
      world.teller.robot.holdFault(undefined);
      return misplace(world, 'cb.pem');
    },
    reads: RESTORED,
    besides: [misplaced('cb.pem')],
  },
  'mute-invalid': {
    law: 'a mute without an owner mutes nothing, and is told with its line',
    cause: ({ put, services }) => {
      const until = new Date(services.clock.now() + 30 * DAY).toISOString();
      return put('control/mutes/ann.csv', `kind,instance,owner,reason,until\nca-expired,,,known,${until}\n`);
    },
    reads: {
      title: '【警告】静默无效，不起作用 · control/mutes/ann.csv',
      zh: [
        '第 2 行无效（no-owner），不起作用：这些告警照常发送。',
        '缺少负责人。',
        '再用 mqtt-certs mute add 重新添加',
      ],
      en: [
        'Line 2 of the mutes',
        'mutes nothing: these alerts are told.',
        'The owner is missing.',
        'add the mute again',
      ],
      facts: ['文件 File: control/mutes/ann.csv'],
      run: ['mqtt-certs mute list', 'mqtt-certs log query --kind mute-invalid --since 2h'],
    },
  },
  'mute-expired': {
    law: 'a mute past its end mutes nothing, and is told to its owner',
    cause: ({ put }) =>
      put('control/mutes/ann.csv', 'kind,instance,owner,reason,until\nca-expired,,ann,known,2026-01-01\n'),
    reads: {
      title: '【通知】静默已到期 · control/mutes/ann.csv',
      zh: ['第 2 行已于 <time> 到期（负责人 ann），不再起作用。', '如仍需要，用 mqtt-certs mute add 重新添加。'],
      en: ['line 2 ended at <time> (owner ann) and mutes nothing any more.', 'Remove it; if it is still needed'],
      facts: ['文件 File: control/mutes/ann.csv'],
      run: ['mqtt-certs mute list', 'mqtt-certs log query --kind mute-expired --since 2h'],
    },
  },
  canary: {
    law: 'at nine in the morning the whole way is proven, with what was found on it',
    teller: DAILY,
    before: async (world) => {
      advanceTo(world.services, 8);
      await world.minutes(1, DAILY);
      world.services.clock.advance(DAY + 39 * MINUTE);
      await fleet(world);
    },
    cause: ({ minutes }) => minutes(11, DAILY),
    reads: {
      title: '【通知】例行自检：告警通路正常',
      zh: [
        '走完了发件箱、通知函数和机器人的全程。',
        '日志库：已写入本条记录；最近一次完整巡检：<time>；未结束的问题：0',
        '未配置',
      ],
      en: ['came all the way', 'Log store: took this record; last complete sweep: <time>; open problems: 0', 'none.'],
      facts: ['查询 Query: kind: canary'],
      run: ['mqtt-certs log query --kind canary --since 2h'],
    },
  },
  'pause-standing': {
    law: 'a pause that lasts for a day is told with its owner and the command that ends it, and that it is over',
    before: pausedForADay,
    cause: ({ minutes }) => minutes(4),
    reads: {
      title: '【警告】写操作处于暂停状态',
      zh: ['写操作已暂停 1 天（自 <time> 起，所写负责人：ann）', '不会注册 CA', '确认是否仍需要；恢复'],
      en: [
        'Writing is paused since <time> (whole days: 1; owner as stated: ann)',
        'no CA is registered',
        'Make sure that it is still needed',
      ],
      facts: ['查询 Query: kind: pause-standing'],
      run: ['mqtt-certs resume', 'mqtt-certs log query --kind pause-standing --since 2h'],
    },
    end: { cause: ({ remove }) => remove('control/paused'), reads: LIFTED },
  },
  'pause-lifted': {
    law: 'a pause that was told is told to be lifted',
    before: async (world) => {
      await pausedForADay(world);
      await world.minutes(4);
    },
    cause: ({ remove }) => remove('control/paused'),
    reads: LIFTED,
  },
  'condition-unreported': {
    law: 'a blocked registration whose files were taken away is told not to be heard of any more',
    before: async (world) => {
      const { drops, services } = world;
      const pair = soundPair(drops.code());
      services.mqtt.setSettings({ caQuota: 0 });
      const [, event] = await drops.drop(`inbox/${INSTANCE}/line-7/`, { ca: pair.ca, verification: pair.verification });
      await drops.invoke(event ?? Buffer.alloc(0));
      for (const key of await services.keys('inbox/')) await world.remove(key);
    },
    cause: async ({ services, sweeps }) => {
      services.clock.advance(DAY + 180 * MINUTE);
      await sweeps.tick();
    },
    reads: {
      title: '【通知】问题不再被报告 · post-cn-world00001 · 5f0000000000000001',
      zh: [
        '问题 registration-blocked（实例 post-cn-world00001，CA 5f0000000000000001）自 <time> 起没有再被报告',
        '不再提醒。',
      ],
      en: ['was not reported since <time>', 'it is not repeated any more.', 'Make sure that it is over'],
      facts: ['实例 Instance: post-cn-world00001', '关联编号 Correlation id: registration-blocked.<id>'],
      run: [
        'mqtt-certs log query --kind registration-blocked --since 7d',
        'mqtt-certs log query --kind condition-unreported --instance post-cn-world00001 --ca 5f0000000000000001 --since 2h',
      ],
    },
  },
  'test-alert': {
    law: 'a test is told as one, with who asked for it',
    cause: ({ environment }) =>
      runCommand('/', ['alert', 'test', '--yes'], {
        stopped: AbortSignal.abort(), // nobody waits for the answer here
        env: {
          ...environment,
          ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: KEY.accessKeyId, ALIBABA_CLOUD_ACCESS_KEY_SECRET: KEY.accessKeySecret },
          ...{ ALIBABA_CLOUD_SECURITY_TOKEN: KEY.securityToken, USER: 'ann' },
        },
      }),
    reads: {
      title: '【测试】测试消息，没有发生问题',
      zh: ['由 ann 发出；没有发生任何问题。', '无需操作。'],
      en: ['asked for by ann; nothing is wrong.', 'Nothing to do.'],
      facts: ['查询 Query: kind: test-alert'],
      run: ['mqtt-certs log query --kind test-alert --since 2h'],
    },
  },
} as const satisfies Partial<Stories>;
