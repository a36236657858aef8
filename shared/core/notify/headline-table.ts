import type { Bilingual } from '../openapi-code.ts';
import type { OutcomeKind } from '../outcome-table.ts';

/**
 * What happened in a few words: the title of a message, the line of a digest, and all that can be said of a problem whose
 * records can not be read. Names no field. Every told kind has one.
 */
const HEADLINES: Partial<Readonly<Record<OutcomeKind, Bilingual>>> = {
  // Drops
  'ca-registered': { zh: 'CA 证书已注册', en: 'CA registered' },
  'pair-rejected': {
    zh: 'CA 未注册：提交的证书有问题',
    en: 'CA not registered: the uploaded certificates have problems',
  },
  'serial-taken': { zh: 'CA 未注册：序列号已被占用', en: 'CA not registered: its serial is taken' },
  'registration-blocked': { zh: 'CA 暂时无法注册：服务拒绝', en: 'CA registration refused by the service for now' },
  'registration-postponed': {
    zh: 'CA 注册推迟：服务没有可用的答复',
    en: 'CA registration postponed: no usable answer',
  },
  'drop-too-many': { zh: '目录中文件过多，未处理', en: 'Folder with too many files, not handled' },
  'drop-quarantined': {
    zh: '有私钥或可能含私钥的文件被上传，已隔离',
    en: 'Private key, or a file that might hold one, uploaded and quarantined',
  },
  'drop-misplaced': { zh: '文件放错位置，已移走', en: 'File in the wrong place, moved away' },
  'drop-vanished': { zh: '文件在处理前消失', en: 'File gone before it was handled' },
  'drop-failed': { zh: '处理上传时发生意外错误', en: 'Handling a drop failed unexpectedly' },
  'event-refused': { zh: '收到无法处理的事件', en: 'Event that can not be used' },
  'event-lost': { zh: '平台放弃了一个事件', en: 'The platform gave up on an event' },
  'configuration-invalid': { zh: '配置有误，函数无法运行', en: 'Configuration wrong, a function can not run' },
  'configuration-suspicious': {
    zh: '有未知的配置变量，函数只观察',
    en: 'Unknown configuration variables, a function only observes',
  },
  'configuration-defaulted': {
    zh: '部分配置有误，函数暂用默认值',
    en: 'Some settings wrong, a function uses their defaults',
  },
  'foreign-deployment': {
    zh: '存储桶属于另一个部署，函数已停止',
    en: 'Bucket of another deployment, a function does not run',
  },

  // Devices
  'device-reactivated': {
    zh: '设备证书曾被停用，现已回读为激活状态',
    en: 'Device certificate was inactive, read back active now',
  },
  'reactivation-failed': { zh: '设备证书未能重新激活', en: 'Device certificate could not be activated again' },
  'device-flapping': {
    zh: '设备证书反复被停用，系统不再处理',
    en: 'Device certificate switched off again and again, hands off',
  },
  'breaker-open': {
    zh: '停用的设备证书过多，一个都没有处理',
    en: 'Too many inactive device certificates, none touched',
  },
  'device-expiring': { zh: '设备证书即将到期', en: 'Device certificate ends soon' },
  'device-expired': { zh: '设备证书已过期', en: 'Device certificate expired' },
  'device-missing': { zh: '设备证书消失', en: 'Device certificate gone' },

  'devices-left-inactive': {
    zh: '有设备证书被停用，系统没有处理',
    en: 'Inactive device certificates left as they are',
  },
  'devices-many': { zh: '大量设备证书出现同一问题', en: 'Many device certificates with the same problem' },
  'devices-expiring-many': { zh: '大量设备证书即将到期', en: 'Many device certificates end soon' },

  // CAs and sweeps
  'condition-ended': { zh: '问题已结束', en: 'A problem is over' },
  'ca-appeared': { zh: '出现了不是由本系统注册的 CA', en: 'A CA appeared that this pipeline did not register' },
  'ca-vanished': { zh: 'CA 证书消失', en: 'CA gone' },
  'ca-expiring': { zh: 'CA 证书即将到期', en: 'CA ends soon' },
  'ca-expired': { zh: 'CA 证书已过期', en: 'CA expired' },
  'ca-inactive': { zh: 'CA 证书处于停用状态', en: 'CA inactive' },
  'ca-missing': { zh: '监视清单中的 CA 不存在', en: 'CA of the watch list not found' },
  'service-silent': { zh: 'MQTT 管控接口没有应答，巡检停止', en: 'MQTT API does not answer, sweep stopped' },
  'instance-blocked': { zh: '实例无法巡检', en: 'Instance can not be swept' },
  'list-refused': { zh: '没有列出证书的权限', en: 'Listing certificates is not possible' },
  'acts-stopped': { zh: '目前不会重新激活任何设备证书', en: 'No device certificate is activated for now' },
  'control-changed': { zh: '控制文件有变化', en: 'Control file changed' },
  'hold-ending': { zh: '保留即将到期或已到期', en: 'Hold near or past its end' },

  // Watch lists
  'watch-line-bad': { zh: '监视清单中有问题行', en: 'Watch list with bad lines' },
  'watch-refused': { zh: '监视清单无法使用', en: 'Watch list can not be used' },
  'watch-shrunk': { zh: '监视清单变小了', en: 'Watch list became smaller' },

  // The telling itself
  'sweep-overdue': { zh: '巡检没有进展', en: 'The sweep does not get on' },
  'sweep-resumed': { zh: '巡检恢复进展', en: 'The sweep gets on again' },
  'log-store-refused': { zh: '日志库不接收结果记录', en: 'The log store takes no outcome records' },
  'log-store-restored': { zh: '日志库恢复接收结果记录', en: 'The log store takes outcome records again' },
  'outcome-unwritable': { zh: '日志库不接受一条结果记录', en: 'The log store refuses an outcome record' },
  'outbox-damaged': { zh: '发件箱中有无法读取的对象', en: 'Object of the outbox can not be read' },
  'critical-untold': { zh: '一条严重消息没能告知', en: 'A critical message could not be told' },
  'channel-refused': { zh: '通知渠道不接收消息', en: 'A channel takes no messages' },
  'channel-restored': { zh: '通知渠道恢复', en: 'A channel takes messages again' },
  'mute-invalid': { zh: '静默无效，不起作用', en: 'Mute not valid, mutes nothing' },
  'mute-expired': { zh: '静默已到期', en: 'Mute has ended' },
  canary: { zh: '例行自检：告警通路正常', en: 'Canary: the way of the alerts works' },
  'pause-standing': { zh: '写操作处于暂停状态', en: 'Writing is paused' },
  'pause-lifted': { zh: '写操作的暂停已解除', en: 'Writing is no longer paused' },
  'condition-unreported': { zh: '问题不再被报告', en: 'Problem no longer reported' },
  'test-alert': { zh: '测试消息，没有发生问题', en: 'A test, nothing is wrong' },
};

/** What happened, in a few words. */
export function headlineOf(kind: OutcomeKind): Bilingual {
  return HEADLINES[kind] ?? { zh: kind, en: kind };
}
