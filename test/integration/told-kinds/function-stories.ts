import { vi } from 'vitest';
import { INSTANCE } from '../../support/drop-world.ts';
import type { ToldWorld } from '../../support/told-world.ts';
import type { Happening, Stories } from './story.ts';

const HOUR = 3_600_000;

/** A new worker of a function begins a call with changed settings; what it throws is the platform's. */
async function begin(
  world: ToldWorld,
  name: 'register-ca' | 'notify',
  changes: Readonly<Record<string, string>>,
  functionName: string = name,
): Promise<void> {
  vi.resetModules(); // another process knows nothing of what this one has said
  const { composeRegisterCa } = await import('../../../functions/register-ca/compose.ts');
  const { composeNotify } = await import('../../../functions/notify/compose.ts');
  const compose = name === 'notify' ? composeNotify : composeRegisterCa;
  await compose(world.contextOf(functionName), { ...world.environment, ...changes }).catch(() => undefined);
}

/** A function that runs again says nothing of having been broken: after a day it is told that nothing was heard of it. */
function unheard(kind: string): Happening {
  return {
    cause: async ({ services, sweeps }) => {
      services.clock.advance(27 * HOUR);
      await sweeps.tick();
    },
    reads: {
      title: '【通知】问题不再被报告',
      zh: [
        `问题 ${kind}（整个部署）自 <time> 起没有再被报告，也没有恢复的消息；不再提醒。`,
        '确认问题是否已解决；它的记录',
      ],
      en: [
        `The problem ${kind} of the deployment was not reported since <time>`,
        'Make sure that it is over; its records:',
      ],
      facts: [`关联编号 Correlation id: ${kind}.<id>`],
      run: [
        `mqtt-certs log query --kind ${kind} --since 7d`,
        'mqtt-certs log query --kind condition-unreported --since 2h',
      ],
    },
  };
}

/** From wrong settings and events of the platform to what the robot says of them. */
export const FUNCTION_STORIES = {
  'event-refused': {
    law: 'an event that is no JSON is told with the trigger to look at',
    cause: ({ drops }) => drops.invoke(Buffer.from('inbox/ca.pem')),
    reads: {
      title: '【警告】收到无法处理的事件',
      zh: ['收到一个无法处理的事件（not-json），已忽略。', '内容不是 JSON。', '检查触发器配置：存储桶与前缀 inbox/。'],
      en: [
        'An event could not be used (not-json) and was passed over.',
        'Check the trigger: its bucket and the prefix',
      ],
      facts: ['查询 Query: kind: event-refused'],
      run: ['mqtt-certs log query --kind event-refused --since 2h'],
    },
  },
  'event-lost': {
    law: 'a lap that the platform gave up on is told with the request id that finds it in the function log',
    cause: ({ loseEvent, services }) =>
      loseEvent({
        timestamp: services.clock.now(),
        requestContext: {
          requestId: '1-69a7c0ff-00112233445566778899aabb',
          functionArn: 'acs:fc:cn-hangzhou:1234567890123456:functions/sweep',
          condition: 'UnhandledInvocationError',
          approximateInvokeCount: 1,
        },
        requestPayload: '{"sweepId":"20260304T050000Z","lap":3}',
        responsePayload: '{"errorMessage":"canaryMessage","errorType":"TypeError"}',
      }),
    reads: {
      title: '【警告】平台放弃了一个事件 · sweep',
      zh: [
        '交给函数 sweep 的事件（failed，请求 1-69a7c0ff-00112233445566778899aabb）',
        '平台不再重试',
        '请按请求 ID 查看函数日志',
      ],
      en: ['lap 3 of the sweep SWEEP failed once, at last with TypeError.', 'tries no more', 'under the request id.'],
      facts: ['名称 Name: sweep', '请求 ID Request id: 1-69a7c0ff-00112233445566778899aabb'],
      run: ['mqtt-certs log query --kind event-lost --since 2h'],
    },
  },
  'configuration-invalid': {
    law: 'a function without its instances is told as critical, with the variable, and a day later that nothing was heard',
    cause: (world) => begin(world, 'register-ca', { MQTT_CERTS_INSTANCES: '' }),
    reads: {
      title: '【严重】配置有误，函数无法运行',
      zh: ['函数 register-ca 的配置有误，无法运行。', '修正环境变量后重新部署。'],
      en: [
        'can not run, its configuration is wrong: MQTT_CERTS_INSTANCES is missing',
        'Mend the environment variables',
      ],
      facts: ['查询 Query: kind: configuration-invalid'],
      run: ['mqtt-certs log query --kind configuration-invalid --since 2h'],
    },
    end: unheard('configuration-invalid'),
  },
  'configuration-suspicious': {
    law: 'a misspelt variable is told by its name, and a day later that nothing was heard',
    cause: (world) => begin(world, 'register-ca', { MQTT_CERTS_INSTANCE: INSTANCE }),
    reads: {
      title: '【警告】有未知的配置变量，函数只观察',
      zh: ['函数 register-ca 有未知的配置变量，已改为只观察、不写入。', '更正或删除这些变量。'],
      en: ['only observes until they are mended: MQTT_CERTS_INSTANCE', 'Correct or remove these variables.'],
      facts: ['查询 Query: kind: configuration-suspicious'],
      run: ['mqtt-certs log query --kind configuration-suspicious --since 2h'],
    },
    end: unheard('configuration-suspicious'),
  },
  'configuration-defaulted': {
    law: 'a setting of the teller that is wrong is told by its name, and a day later that nothing was heard',
    cause: (world) =>
      begin(world, 'notify', { MQTT_CERTS_ROBOT_URL: world.teller.robot.webhook, MQTT_CERTS_LANGUAGE: 'de' }),
    reads: {
      title: '【警告】部分配置有误，函数暂用默认值',
      zh: ['函数 notify 的部分配置有误，这些配置暂用默认值，其余照常运行。', '修正这些环境变量后重新部署。'],
      en: ['MQTT_CERTS_LANGUAGE must be one of zh, en, both', 'Mend these environment variables and deploy again.'],
      facts: ['查询 Query: kind: configuration-defaulted'],
      run: ['mqtt-certs log query --kind configuration-defaulted --since 2h'],
    },
    end: unheard('configuration-defaulted'),
  },
  'foreign-deployment': {
    law: 'a second deployment on one bucket is told as critical, with both names, and a day later that nothing was heard',
    before: (world) => begin(world, 'register-ca', {}),
    cause: (world) => begin(world, 'register-ca', {}, 'test-register-ca'),
    reads: {
      title: '【严重】存储桶属于另一个部署，函数已停止',
      zh: ['函数 register-ca 使用的存储桶属于另一个部署', '请先停用原部署，再删除 state/owner.json。'],
      en: ['It belongs to <id>/cn-hangzhou/; this one is <id>/cn-hangzhou/test-.', 'state/owner.json'],
      facts: ['查询 Query: kind: foreign-deployment'],
      run: ['mqtt-certs log query --kind foreign-deployment --since 2h'],
    },
    end: unheard('foreign-deployment'),
  },
} as const satisfies Partial<Stories>;
