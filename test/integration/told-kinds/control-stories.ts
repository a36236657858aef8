import { INSTANCE } from '../../support/drop-world.ts';
import type { ToldWorld } from '../../support/told-world.ts';
import { CA, DAY, endOf, fleet, SERIALS, watch } from './fleet.ts';
import type { Stories } from './story.ts';

const HOLDS = 'control/holds/ann.csv';
const HALL = `watch/${INSTANCE}/hall.csv`;
const CHANGED = '【通知】控制文件有变化 · control/holds/ann.csv';

/** Somebody writes a hold. */
const hold = (world: ToldWorld, line: string): Promise<void> =>
  world.put(HOLDS, `instance,device_sn,ca_sn,owner,reason,until\n${line}\n`);

/** Somebody uploads another watch list, and the timer comes. */
async function watchHall(world: ToldWorld, text: string): Promise<void> {
  await world.put(HALL, text);
  await world.sweeps.tick();
}

/** From what people write into watch lists and controls to what the robot says of it. */
export const CONTROL_STORIES = {
  'watch-line-bad': {
    law: 'a line with a serial of digits only is told with its number and how to write it',
    before: (world) => fleet(world),
    cause: (world) => watchHall(world, `device_sn,ca_sn\na1,${CA}\n12345,${CA}\n`),
    reads: {
      title: '【警告】监视清单中有问题行 · post-cn-world00001 · watch/post-cn-world00001/hall.csv',
      zh: [
        '的 2 行中有 1 行有问题',
        'line 3: digits-only (12345)。其余各行照常生效。',
        '按 0x… 写十六进制',
        '先检查再上传',
      ],
      en: ['1 of 2 lines of watch list', 'The other lines are in force.', 'Write 0x… for hex', 'check the file before'],
      facts: ['实例 Instance: post-cn-world00001', '文件 File: watch/post-cn-world00001/hall.csv'],
      run: [
        'mqtt-certs watch check list.csv',
        'mqtt-certs log query --kind watch-line-bad --instance post-cn-world00001 --since 2h',
      ],
    },
  },
  'watch-refused': {
    law: 'a workbook in the place of a list is told with what to save it as, and that it can be read',
    before: (world) => fleet(world),
    cause: (world) => watchHall(world, 'PK\u0003\u0004 a workbook'),
    reads: {
      title: '【警告】监视清单无法使用 · post-cn-world00001 · watch/post-cn-world00001/hall.csv',
      zh: ['无法使用：这是 Excel 工作簿，不是 CSV', '目前生效：无', '另存为“CSV UTF-8（逗号分隔）”'],
      en: [
        'can not be used: this is an Excel workbook',
        'In force now: nothing',
        'Save it as "CSV UTF-8 (comma delimited)"',
      ],
      facts: ['实例 Instance: post-cn-world00001', '文件 File: watch/post-cn-world00001/hall.csv'],
      run: [
        'mqtt-certs watch check list.csv',
        'mqtt-certs log query --kind watch-refused --instance post-cn-world00001 --since 2h',
      ],
    },
    end: {
      cause: (world) => watchHall(world, `device_sn,ca_sn\na1,${CA}`),
      reads: endOf({
        headline: '监视清单无法使用',
        subject: ' · watch/post-cn-world00001/hall.csv',
        zh: 'watch/post-cn-world00001/hall.csv：不再有监视清单因此无法使用',
        en: 'watch/post-cn-world00001/hall.csv: no watch list is refused for this any more',
        run: 'mqtt-certs log query --kind condition-ended --since 2h',
      }),
    },
  },
  'watch-shrunk': {
    law: 'a list that lost ten of its fourteen devices is told with both numbers',
    before: (world) => fleet(world),
    cause: async (world) => {
      await watch(world, SERIALS.slice(0, 4));
      await world.sweeps.tick();
    },
    reads: {
      title: '【警告】监视清单变小了 · post-cn-world00001 · watch/post-cn-world00001/fleet.csv',
      zh: ['14 个设备变为 4 个', '不在清单里的设备不再被监视', '设备减少了一成以上。', '请重新上传完整的清单。'],
      en: [
        '14 devices are 4 now',
        'neither watched nor activated.',
        'More than a tenth',
        'upload the whole list again.',
      ],
      facts: ['实例 Instance: post-cn-world00001', '文件 File: watch/post-cn-world00001/fleet.csv'],
      run: ['mqtt-certs log query --kind watch-shrunk --instance post-cn-world00001 --since 2h'],
    },
  },
  'acts-stopped': {
    law: 'a hold that names no device stops every activation, is told with the list of holds, and that it does not any more',
    before: (world) => fleet(world),
    cause: async (world) => {
      await hold(world, `${INSTANCE},???,,ann,lost,`);
      await world.sweeps.tick();
    },
    reads: {
      title: '【警告】目前不会重新激活任何设备证书 · control/holds/ann.csv',
      zh: ['目前不会重新激活任何设备证书', '巡检照常进行。', '有一条保留认不出是哪个设备', '修正或删除所列对象'],
      en: [
        'No device certificate is activated for now',
        'Sweeps go on reading.',
        'it may mean any.',
        'Mend or remove the object',
      ],
      facts: ['文件 File: control/holds/ann.csv', '巡检编号 Sweep id: SWEEP'],
      run: ['mqtt-certs hold list', 'mqtt-certs log query --kind acts-stopped --since 2h'],
    },
    besides: [CHANGED],
    end: {
      cause: async (world) => {
        await world.remove(HOLDS);
        await world.sweeps.tick();
      },
      reads: endOf({
        headline: '目前不会重新激活任何设备证书',
        subject: ' · control/holds/ann.csv',
        zh: '所列对象不再阻止重新激活',
        en: 'that object does not stop activations any more',
        run: 'mqtt-certs log query --kind condition-ended --since 2h',
      }),
      besides: [CHANGED],
    },
  },
  'control-changed': {
    law: 'a hold that somebody removed is told with its file, and that nobody says who did it',
    before: async (world) => {
      await fleet(world);
      await hold(world, `${INSTANCE},a1,${CA},ann,stolen,`);
      await world.sweeps.tick();
    },
    cause: async (world) => {
      await world.remove(HOLDS);
      await world.sweeps.tick();
    },
    reads: {
      title: CHANGED,
      zh: [
        '有变化（removed，类型 hold）：0 条保留（原 1 条）',
        '所写负责人：未写明。',
        '文件被删除。',
        '确认改动出自授权人员',
      ],
      en: [
        '(hold): removed; holds: 0 (before: 1)',
        'not stated.',
        'The file was removed.',
        'someone you trust did this',
      ],
      facts: ['文件 File: control/holds/ann.csv', '巡检编号 Sweep id: SWEEP'],
      run: ['mqtt-certs log query --kind control-changed --since 2h'],
    },
  },
  'hold-ending': {
    law: 'the end of a hold within a week is told to its owner, and that it holds on',
    before: async (world) => {
      await fleet(world);
      const until = new Date(world.services.clock.now() + 10 * DAY).toISOString();
      await hold(world, `${INSTANCE},a1,${CA},ann,stolen,${until}`);
      await world.sweeps.tick();
    },
    cause: async ({ services, sweeps }) => {
      services.clock.advance(4 * DAY);
      await sweeps.tick();
    },
    reads: {
      title: '【通知】保留即将到期或已到期 · control/holds/ann.csv',
      zh: [
        'ann 的保留（control/holds/ann.csv 第 2 行',
        '到期时间 <time>；到期后仍然有效，直到删除。',
        '7 天内到期。',
        '延长或删除它',
      ],
      en: [
        'The hold of ann',
        'past its end it still holds until it is removed.',
        'within 7 days.',
        'Extend or remove it',
      ],
      facts: ['文件 File: control/holds/ann.csv', '巡检编号 Sweep id: SWEEP'],
      run: ['mqtt-certs hold list', 'mqtt-certs log query --kind hold-ending --since 2h'],
    },
  },
} as const satisfies Partial<Stories>;
