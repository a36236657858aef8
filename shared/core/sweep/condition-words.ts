import { fillSentence } from '../outcome-table.ts';
import type { LeftReason, ManyKind } from './ca-findings.ts';
import type { ConditionKind, EndReason } from './conditions.ts';
import type { RuleInputs } from './sweep-outcome.ts';

interface Words {
  readonly zh: string;
  readonly en: string;
}

/** Why inactive devices are left so, and when that changes. */
const LEFT: Readonly<Record<LeftReason, { readonly why: Words; readonly act: Words }>> = {
  paused: {
    why: {
      zh: '写操作已暂停，恢复之前不会重新激活',
      en: 'writing is paused, and nothing is activated until it is resumed',
    },
    act: { zh: '恢复：`mqtt-certs resume`。', en: 'To resume: `mqtt-certs resume`.' },
  },
  'controls-unreadable': {
    why: {
      zh: '保留、暂停或放行文件无法读取，修正之前不会重新激活',
      en: 'a hold, pause or release can not be read, and nothing is activated until that is mended',
    },
    act: {
      zh: '详见 acts-stopped 通知；保留清单：`mqtt-certs hold list`。',
      en: 'See acts-stopped; the holds: `mqtt-certs hold list`.',
    },
  },
  'device-expired': {
    why: {
      zh: '证书已过期或有效期无法读取，不会重新激活',
      en: 'they are expired, or their end can not be read: they are not activated',
    },
    act: { zh: '请为设备换发证书。', en: 'Issue the devices new certificates.' },
  },
  'device-not-yet-valid': {
    why: {
      zh: '证书尚未生效，生效后的下一次巡检会重新激活',
      en: 'they are not valid yet; the first sweep after they are activates them',
    },
    act: { zh: '核对证书的生效时间。', en: 'Check from when the certificates are valid.' },
  },
  'ca-not-active': {
    why: {
      zh: '其 CA 未处于激活状态，激活之前不会处理',
      en: 'their CA is not active, and nothing is activated until it is',
    },
    act: {
      zh: '启用 CA：`aliyun onsmqtt ActiveCaCertificate --MqttInstanceId {instance} --Sn {ca_sn}`。',
      en: 'To switch the CA on: `aliyun onsmqtt ActiveCaCertificate --MqttInstanceId {instance} --Sn {ca_sn}`.',
    },
  },
  'not-asked': {
    why: {
      zh: '监视清单没有要求重新激活，不会处理',
      en: 'the watch list does not ask for them to be activated: they are left alone',
    },
    act: {
      zh: '如需自动恢复，在清单中写明序列号且 reactivate=yes。',
      en: 'To have them activated, name them in the watch list with reactivate=yes.',
    },
  },
  'first-sight': {
    why: {
      zh: '本系统从未见过它们处于激活状态（MQTT_CERTS_FIRST_SIGHT=ask），不会处理',
      en: 'this deployment has never seen them active (MQTT_CERTS_FIRST_SIGHT=ask): they are left alone',
    },
    act: { zh: '如需启用，请在控制台激活一次。', en: 'If they should be active, activate them once at the service.' },
  },
  waiting: {
    why: {
      zh: '按设定先等待，最早于 {acts_at} 重新激活',
      en: 'they are announced first; the earliest is activated at {acts_at}',
    },
    act: { zh: '如不希望激活，请在此之前添加保留。', en: 'Hold what is to stay off before then.' },
  },
  'observed-only': {
    why: { zh: '仅观察模式，不会重新激活', en: 'this deployment only observes: nothing is activated' },
    act: {
      zh: '需要处理时将 MQTT_CERTS_REACTIVATE 设为 act，并改正未知的 MQTT_CERTS_ 变量。',
      en: 'To have it done set MQTT_CERTS_REACTIVATE to act, and mend unknown MQTT_CERTS_ variables.',
    },
  },
};

/** What many devices of a CA are, and the state under which `mqtt-certs devices` lists them. */
const MANY: Readonly<Record<ManyKind | 'device-expiring', { readonly state: string; readonly what: Words }>> = {
  'device-missing': { state: 'missing', what: { zh: '以前存在、现在查不到', en: 'were known before and are gone' } },
  'device-expired': { state: 'expired', what: { zh: '已过期', en: 'are expired' } },
  'device-flapping': {
    state: 'inactive',
    what: { zh: '在重新激活后 7 天内再次被停用', en: 'were switched off again within 7 days of their activation' },
  },
  'device-expiring': { state: 'expiring', what: { zh: '即将到期', en: 'end soon' } },
};

/** What is true once a condition is over. */
const OVER: Readonly<Record<ConditionKind, Words>> = {
  'reactivation-failed': { zh: '没有设备证书再因此激活失败', en: 'no activation fails for this any more' },
  'device-flapping': {
    zh: '没有监视中的设备证书反复被停用',
    en: 'no watched device is switched off again and again any more',
  },
  'breaker-open': {
    zh: '熔断已解除，没有被拦下的设备证书',
    en: 'the breaker is closed, and it stops no device any more',
  },
  'device-expired': { zh: '没有监视中的设备证书处于过期状态', en: 'no watched device certificate is expired any more' },
  'device-missing': { zh: '没有监视中的设备证书缺失', en: 'no watched device certificate is missing any more' },
  'devices-many': { zh: '这类设备证书已不多于 20 个', en: 'there are no more than 20 such devices now' },
  'devices-left-inactive': {
    zh: '没有设备证书再因此保持停用',
    en: 'no device is left inactive for this reason any more',
  },
  'ca-expired': { zh: 'CA 证书已在有效期内', en: 'the CA is in date again' },
  'ca-inactive': { zh: 'CA 证书已是激活状态', en: 'the CA is active again' },
  'ca-missing': { zh: 'CA 证书已能查到', en: 'the CA is there' },
  'instance-blocked': { zh: '实例可以巡检了', en: 'the instance can be swept again' },
  'list-refused': { zh: '已能列出证书', en: 'certificates can be listed again' },
  'watch-refused': { zh: '不再有监视清单因此无法使用', en: 'no watch list is refused for this any more' },
  'acts-stopped': { zh: '所列对象不再阻止重新激活', en: 'that object does not stop activations any more' },
};

const ENDED: Readonly<Record<Exclude<EndReason, 'over'>, Words>> = {
  gone: { zh: '该 CA 证书已不在实例上', en: 'that CA is not on the instance any more' },
  'not-watched': { zh: '已不在监视范围内，系统不再查看', en: 'nothing of it is watched any more, so nobody looks' },
};

/**
 * What the sentence about devices that are left inactive names.
 *
 * @param about.acts_at - When the first of them is activated, where they only wait.
 */
export function leftInputs(
  reason: LeftReason,
  about: { readonly instance: string; readonly ca_sn: string; readonly acts_at: string },
): RuleInputs {
  const { act, why } = LEFT[reason];
  return {
    why: fillSentence(why.en, about),
    why_zh: fillSentence(why.zh, about),
    act: fillSentence(act.en, about),
    act_zh: fillSentence(act.zh, about),
  };
}

/** What the sentence about many devices names. */
export function manyInputs(kind: keyof typeof MANY): RuleInputs {
  const { state, what } = MANY[kind];
  return { what: what.en, what_zh: what.zh, state };
}

/** What the sentence about the end of a condition names. */
export function endInputs(
  kind: ConditionKind | 'service-silent',
  why: EndReason,
  about: { readonly instance?: string; readonly ca?: string; readonly objectKey?: string },
): RuleInputs {
  const { ca, instance, objectKey } = about;
  const on =
    instance === undefined
      ? { zh: '本部署', en: 'This deployment' }
      : { zh: `实例 ${instance}`, en: `Instance ${instance}` };
  const under = ca ?? objectKey;
  const where = under === undefined ? on : { zh: `${on.zh}，${under}`, en: `${on.en}, ${under}` };
  const silent: Words = {
    zh: 'MQTT 管控接口恢复应答，巡检已完成',
    en: 'the MQTT API answers again, and a sweep is complete',
  };
  const words = why === 'over' ? (kind === 'service-silent' ? silent : OVER[kind]) : ENDED[why];
  return { where: where.en, where_zh: where.zh, what: words.en, what_zh: words.zh, why };
}
