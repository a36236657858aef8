import { generateKeyPairSync } from 'node:crypto';
import { INSTANCE, soundPair } from '../../support/drop-world.ts';
import type { PemPair } from '../../support/service-world.ts';
import type { ToldWorld } from '../../support/told-world.ts';
import type { Reading, Stories } from './story.ts';

const FOLDER = `inbox/${INSTANCE}/line-7/`;
const TEN_MINUTES = 600_000;
const NOTHING = Buffer.alloc(0);

/** Somebody uploads a pair; the event comes, and what the function throws is the platform's. */
async function dropPair({ drops }: ToldWorld, pair: PemPair = soundPair(drops.code())): Promise<void> {
  const [, event = NOTHING] = await drops.drop(FOLDER, { 'ca.pem': pair.ca, 'verification.pem': pair.verification });
  await drops.invoke(event).catch(() => undefined);
}

/** Ten minutes later the timer comes. */
async function tick({ drops }: ToldWorld): Promise<void> {
  drops.clock.advance(TEN_MINUTES);
  await drops.tick().catch(() => undefined);
}

const REGISTERED = '【通知】CA 证书已注册 · post-cn-world00001 · line-7 / 5f0000000000000001';

/** What ends what kept a CA from being registered. */
function ended(title: string, en: string, run: string): Reading {
  return {
    title: `【恢复】${title} · post-cn-world00001 · line-7 / 5f0000000000000001`,
    zh: [`已恢复：${title}。`],
    en: [`It is over: ${en}.`],
    facts: ['结束于 Ended: <time>', '开始于 Since: <time>', '实例 Instance: post-cn-world00001'],
    run: [run],
  };
}

/** From what people put into the inbox to what the robot says of it. */
export const DROP_STORIES = {
  'ca-registered': {
    law: 'a new trust anchor is told with the command that switches it off',
    cause: dropPair,
    reads: {
      title: REGISTERED,
      zh: [
        '实例 post-cn-world00001 已注册 CA 证书 line-7（序列号 5f0000000000000001），并已回读确认。',
        '如果不是您授权的操作',
      ],
      en: ['read back: active, valid until <time>.', 'If nobody you trust did this, deactivate the CA at once:'],
      facts: [
        'CA 序列号 CA serial: 5f0000000000000001',
        '名称 Name: line-7',
        '上传编号 Drop id: <id>',
        '说明文件 Report: registered/post-cn-world00001/line-7/<id>/receipt.json',
        '查询 Query: kind: ca-registered and instance: post-cn-world00001 and ca_sn: 5f0000000000000001',
      ],
      run: [
        'aliyun onsmqtt InactivateCaCertificate --MqttInstanceId post-cn-world00001 --Sn 5f0000000000000001',
        'mqtt-certs log query --kind ca-registered --instance post-cn-world00001 --ca 5f0000000000000001 --since 2h',
      ],
    },
  },
  'pair-rejected': {
    law: 'a pair whose halves do not belong together is told with what is wrong and how to check it',
    cause: async (world) => {
      const code = world.drops.code();
      const { ca } = soundPair(code, { type: 'rsa-2048-65537' });
      await dropPair(world, { ca, verification: soundPair(code).verification });
    },
    reads: {
      title: '【警告】CA 未注册：提交的证书有问题 · post-cn-world00001 · line-7 / 5f0000000000000001',
      zh: [
        'line-7 未注册：提交的证书有问题（signed-by-namesake）。',
        '名称相同而密钥不同',
        'ca.key 重新签发',
        'reason.txt',
      ],
      en: [
        'was not registered',
        'same name, other key',
        'sign it again with the ca.key',
        'then upload both files again',
      ],
      facts: [
        '名称 Name: line-7',
        '说明文件 Report: rejected/post-cn-world00001/line-7/<id>/reason.txt',
        '查询 Query: kind: pair-rejected and instance: post-cn-world00001 and ca_sn: 5f0000000000000001',
      ],
      run: [
        'mqtt-certs check ca.pem verification.pem',
        'mqtt-certs log query --kind pair-rejected --instance post-cn-world00001 --ca 5f0000000000000001 --since 2h',
      ],
    },
  },
  'serial-taken': {
    law: 'a CA whose serial another certificate has is told with the serial',
    cause: async (world) => {
      const { drops } = world;
      drops.registerByHand(soundPair(drops.code(), { type: 'rsa-2048-65537' }));
      await dropPair(world);
    },
    reads: {
      title: '【警告】CA 未注册：序列号已被占用 · post-cn-world00001 · line-7 / 5f0000000000000001',
      zh: ['序列号 5f0000000000000001 已被另一张证书占用（SnNotUnique）。', '用新的序列号重新签发 CA 证书'],
      en: ['its serial 5f0000000000000001 belongs to another certificate', 'Issue the CA again with a new serial'],
      facts: ['错误码 Code: SnNotUnique', '说明文件 Report: rejected/post-cn-world00001/line-7/<id>/reason.txt'],
      run: [
        'mqtt-certs log query --kind serial-taken --instance post-cn-world00001 --ca 5f0000000000000001 --since 2h',
      ],
    },
  },
  'registration-blocked': {
    law: 'a quota that is used up is told, and so is that registering works again',
    cause: async (world) => {
      const pair = soundPair(world.drops.code());
      world.services.mqtt.setSettings({ caQuota: 0 });
      await dropPair(world, pair);
    },
    reads: {
      title: '【警告】CA 暂时无法注册：服务拒绝 · post-cn-world00001 · line-7 / 5f0000000000000001',
      zh: [
        '文件没有问题',
        '文件保留在 inbox。',
        'CaNumExceed：该实例的 CA 证书数量已达上限。',
        '申请提高配额',
        '无需重新上传',
      ],
      en: ['Your files are fine', 'as its quota allows.', 'ask for a higher quota', 'no new upload is needed'],
      facts: ['错误码 Code: CaNumExceed', '名称 Name: line-7'],
      run: [
        'mqtt-certs log query --kind registration-blocked --instance post-cn-world00001 --ca 5f0000000000000001 --since 2h',
      ],
    },
    end: {
      cause: async (world) => {
        world.services.mqtt.setSettings({ caQuota: 100 });
        await tick(world);
      },
      reads: ended(
        'CA 暂时无法注册：服务拒绝',
        'CA registration refused by the service for now',
        'mqtt-certs log query --kind registration-blocked --instance post-cn-world00001 --ca 5f0000000000000001 --since 2h',
      ),
      besides: [REGISTERED],
    },
  },
  'registration-postponed': {
    law: 'a service that only throttles is told, and so is that registering works again',
    cause: async (world) => {
      const pair = soundPair(world.drops.code());
      world.services.mqtt.holdFaults([{ action: '*', fault: 'throttle' }]);
      await dropPair(world, pair);
    },
    reads: {
      title: '【警告】CA 注册推迟：服务没有可用的答复 · post-cn-world00001 · line-7 / 5f0000000000000001',
      zh: ['暂时没有给出可用的答复（Throttling.User），CA line-7 稍后重试。', '请求被限流', '流水线会自动重试'],
      en: ['gave no usable answer', 'CA line-7 is tried again.', 'Calls come too fast', 'Nothing to do'],
      facts: ['错误码 Code: Throttling.User', '名称 Name: line-7'],
      run: [
        'mqtt-certs log query --kind registration-postponed --instance post-cn-world00001 --ca 5f0000000000000001 --since 2h',
      ],
    },
    end: {
      cause: async (world) => {
        world.services.mqtt.holdFaults([]);
        await tick(world);
      },
      reads: ended(
        'CA 注册推迟：服务没有可用的答复',
        'CA registration postponed: no usable answer',
        'mqtt-certs log query --kind registration-postponed --instance post-cn-world00001 --ca 5f0000000000000001 --since 2h',
      ),
      besides: [REGISTERED],
    },
  },
  'drop-too-many': {
    law: 'a folder of 21 files is told by its name, and that nothing in it was touched',
    cause: async ({ drops }) => {
      const files = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`note-${String(n)}.txt`, 'x']));
      const events = await drops.drop(FOLDER, files);
      await drops.invoke(events.at(-1) ?? NOTHING);
    },
    reads: {
      title: '【警告】目录中文件过多，未处理 · post-cn-world00001 · line-7',
      zh: ['目录 line-7 中文件过多，未处理，也未移动任何文件。', '只保留 CA 证书和验证证书两个文件。'],
      en: ['holds too many files', 'At most 20 files are read from one folder.', 'Leave only the CA certificate'],
      facts: ['实例 Instance: post-cn-world00001', '名称 Name: line-7'],
      run: ['mqtt-certs log query --kind drop-too-many --instance post-cn-world00001 --since 2h'],
    },
  },
  'drop-quarantined': {
    law: 'a private key in the inbox is told as critical, with what to do about the CA',
    cause: async ({ drops }) => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
      await drops.invoke(await drops.put(`${FOLDER}ca.key`, key));
    },
    reads: {
      title:
        '【严重】有私钥或可能含私钥的文件被上传，已隔离 · post-cn-world00001 · inbox/post-cn-world00001/line-7/ca.key',
      zh: [
        '有人把私钥',
        '文件已隔离，未注册任何 CA。',
        '文件中含有私钥。',
        '请将该 CA 视为已泄露：重新生成密钥并签发新的 CA',
        '先停用它',
      ],
      en: [
        'A private key',
        'it is quarantined and nothing was registered',
        'The file holds a private key.',
        'treat the CA as compromised',
        'deactivate it',
      ],
      facts: [
        '文件 File: inbox/post-cn-world00001/line-7/ca.key',
        '说明文件 Report: quarantine/post-cn-world00001/line-7/<id>/reason.txt',
      ],
      run: ['mqtt-certs log query --kind drop-quarantined --instance post-cn-world00001 --since 2h'],
    },
  },
  'drop-misplaced': {
    law: 'a file in no folder is told with where it is now and where it belongs',
    cause: async ({ drops }) => drops.invoke(await drops.put('inbox/ca.pem', 'x')),
    reads: {
      title: '【警告】文件放错位置，已移走 · inbox/ca.pem',
      zh: [
        '文件 inbox/ca.pem 放错了位置（no-folder），已移到 rejected/_misplaced/。',
        'inbox/＜实例＞/＜CA 名称＞/＜文件＞',
      ],
      en: ['lies in the wrong place', 'moved to rejected/_misplaced/', 'inbox/＜instance＞/＜CA name＞/＜file＞'],
      facts: ['文件 File: inbox/ca.pem', '说明文件 Report: rejected/_misplaced/<id>/reason.txt'],
      run: ['mqtt-certs log query --kind drop-misplaced --since 2h'],
    },
  },
  'drop-vanished': {
    law: 'a file that was deleted before it was handled is told by its key',
    cause: async ({ drops, remove }) => {
      const event = await drops.put(`${FOLDER}ca.pem`, 'x');
      await remove(`${FOLDER}ca.pem`);
      await drops.invoke(event);
    },
    reads: {
      title: '【通知】文件在处理前消失 · post-cn-world00001 · inbox/post-cn-world00001/line-7/ca.pem',
      zh: ['在处理之前已不存在', '如果它不是您自己删除的，请重新上传。'],
      en: ['was gone before it could be handled', 'Unless you deleted it yourself, upload it again.'],
      facts: ['文件 File: inbox/post-cn-world00001/line-7/ca.pem', '名称 Name: line-7'],
      run: ['mqtt-certs log query --kind drop-vanished --instance post-cn-world00001 --since 2h'],
    },
  },
  'drop-failed': {
    law: 'a file that the bucket will not hand out is told with the code that it gave',
    cause: async (world) => {
      const { drops } = world;
      await drops.put(`${FOLDER}ca.pem`, 'x');
      drops.spoilBucket(({ key, operation }) =>
        key === `${FOLDER}ca.pem` && operation === 'GetObject' ? { status: 403, code: 'AccessDenied' } : 'ok',
      );
      await tick(world);
    },
    reads: {
      title: '【警告】处理上传时发生意外错误 · post-cn-world00001 · inbox/post-cn-world00001/line-7/',
      zh: ['处理 inbox/post-cn-world00001/line-7/ 时发生意外错误（oss-AccessDenied），稍后重试。', '请查看函数日志'],
      en: ['failed unexpectedly (oss-AccessDenied); it is tried again.', 'look at the function log'],
      facts: ['名称 Name: line-7', '文件 File: inbox/post-cn-world00001/line-7/'],
      run: ['mqtt-certs log query --kind drop-failed --instance post-cn-world00001 --since 2h'],
    },
  },
} as const satisfies Partial<Stories>;
