/** The functions of this deployment, by the names they have in `s.yaml` without their prefix. */
export const FUNCTION_NAMES = ['register-ca', 'sweep', 'notify', 'dead-letter'] as const;

/** One of them. */
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** The functions that call the MQTT OpenAPI. */
const CALLERS = ['register-ca', 'sweep'] as const;

/** Every environment variable of ours begins so; anything else with this prefix is a typo. */
export const CONFIG_PREFIX = 'MQTT_CERTS_';

/** One environment variable: who reads it, what it means, and what stands when it is blank. */
export interface Variable {
  readonly readBy: readonly FunctionName[];
  /** `undefined`: it must be set. */
  readonly fallback: string | undefined;
  readonly meaning: string;
  /** Its value opens something: only the functions that read it may be given it, and nothing is derived from it. */
  readonly isSecret?: true;
}

/** Every variable there is. `docs/operations.md` is written from this table. */
export const CONFIG_VARIABLES = {
  MQTT_CERTS_INSTANCES: {
    readBy: CALLERS,
    fallback: undefined,
    meaning: 'Instance ids this deployment serves, separated by commas (1 to 50).',
  },
  MQTT_CERTS_REGION: {
    readBy: FUNCTION_NAMES,
    fallback: undefined,
    meaning: 'Region of instances, bucket and log project, for example cn-hangzhou.',
  },
  MQTT_CERTS_BUCKET: {
    readBy: FUNCTION_NAMES,
    fallback: undefined,
    meaning: 'The bucket people drop files into. It must never have had versioning switched on.',
  },
  MQTT_CERTS_LOG_PROJECT: { readBy: FUNCTION_NAMES, fallback: undefined, meaning: 'Log Service project of outcomes.' },
  MQTT_CERTS_LOG_STORE: { readBy: FUNCTION_NAMES, fallback: undefined, meaning: 'Logstore of outcomes.' },
  MQTT_CERTS_OSS_ENDPOINT: {
    readBy: FUNCTION_NAMES,
    fallback: '',
    meaning: 'URL of OSS; blank: the internal endpoint of the region.',
  },
  MQTT_CERTS_MQTT_ENDPOINT: {
    readBy: CALLERS,
    fallback: '',
    meaning: 'URL of the MQTT OpenAPI; blank: https://onsmqtt.<region>.aliyuncs.com.',
  },
  MQTT_CERTS_LOG_ENDPOINT: {
    readBy: FUNCTION_NAMES,
    fallback: '',
    meaning: 'URL of Log Service; blank: the intranet endpoint of the region.',
  },
  MQTT_CERTS_MQTT_PARAMETERS: {
    readBy: CALLERS,
    fallback: 'query',
    meaning: 'Where call parameters travel: query (as the vendor SDKs send them) or body.',
  },
  MQTT_CERTS_CALLS_PER_SECOND: {
    readBy: CALLERS,
    fallback: '100',
    meaning: 'Calls per second to the MQTT OpenAPI, all functions together (1 to 290).',
  },
  MQTT_CERTS_REGISTER_CALLS_PER_SECOND: {
    readBy: CALLERS,
    fallback: '3',
    meaning: 'Share of one register worker (1 to 290).',
  },
  MQTT_CERTS_REGISTER_WORKERS: {
    readBy: CALLERS,
    fallback: '10',
    meaning: 'Reserved concurrency of register-ca in s.yaml (1 to 100).',
  },
  MQTT_CERTS_SWEEP_CALLS_PER_SECOND: {
    readBy: CALLERS,
    fallback: '70',
    meaning: 'Share of the sweep (0 to 290; the sweep itself needs at least 1).',
  },
  MQTT_CERTS_PAIR_DEADLINE_MINUTES: {
    readBy: ['register-ca'],
    fallback: '15',
    meaning: 'How long after the newest file a missing half is waited for (1 to 1440 minutes).',
  },
  MQTT_CERTS_FC_ENDPOINT: {
    readBy: ['sweep'],
    fallback: '',
    meaning: 'URL of Function Compute; blank: https://<account>.<region>.fc.aliyuncs.com.',
  },
  MQTT_CERTS_SWEEP_INTERVAL_MINUTES: {
    readBy: ['sweep', 'notify'],
    fallback: '10',
    meaning: 'How often the timer of the sweep fires in s.yaml (1 to 1440 minutes).',
  },
  MQTT_CERTS_READ: {
    readBy: ['sweep'],
    fallback: 'list',
    meaning: 'How devices are read: list (pages of 100, confirmed one by one before an act) or get (one by one).',
  },
  MQTT_CERTS_REACTIVATE: {
    readBy: ['sweep'],
    fallback: 'act',
    meaning: 'What becomes of inactive devices: act (reactivate them) or observe (only say what would be done).',
  },
  MQTT_CERTS_REACTIVATE_AFTER_MINUTES: {
    readBy: ['sweep'],
    fallback: '0',
    meaning: 'How long a device must have been seen inactive before it is reactivated (0 to 10080 minutes).',
  },
  MQTT_CERTS_FIRST_SIGHT: {
    readBy: ['sweep'],
    fallback: 'act',
    meaning: 'A device never seen active by this deployment: act (reactivate it too) or ask (leave it to a person).',
  },
  MQTT_CERTS_ROBOT_KIND: {
    readBy: ['notify'],
    fallback: 'dingtalk',
    meaning: 'What kind of robot tells people: dingtalk, webhook, feishu, wecom or slack.',
  },
  MQTT_CERTS_ROBOT_URL: {
    readBy: ['notify'],
    fallback: undefined,
    isSecret: true,
    meaning: 'Address of the robot, as its chat shows it: https, with whatever token is in it.',
  },
  MQTT_CERTS_ROBOT_SECRET: {
    readBy: ['notify'],
    fallback: '',
    isSecret: true,
    meaning: 'Signing secret of the robot; blank: it takes messages without a signature.',
  },
  MQTT_CERTS_ROBOT_KEYWORD: {
    readBy: ['notify'],
    fallback: '',
    meaning: 'Put into every title, for a robot that takes nothing without this word (at most 20 characters).',
  },
  MQTT_CERTS_SECOND_KIND: {
    readBy: ['notify'],
    fallback: '',
    meaning: 'Kind of the second robot, which is used when the first one refuses; blank: there is none.',
  },
  MQTT_CERTS_SECOND_URL: {
    readBy: ['notify'],
    fallback: '',
    isSecret: true,
    meaning: 'Address of the second robot; set exactly when its kind is.',
  },
  MQTT_CERTS_SECOND_SECRET: {
    readBy: ['notify'],
    fallback: '',
    isSecret: true,
    meaning: 'Signing secret of the second robot; blank: it takes messages without a signature.',
  },
  MQTT_CERTS_LANGUAGE: {
    readBy: ['notify'],
    fallback: 'both',
    meaning: 'Language of messages: zh, en or both (Chinese first).',
  },
  MQTT_CERTS_QUIET_HOURS: {
    readBy: ['notify'],
    fallback: '',
    meaning: 'When only what is critical is told, as HH:MM-HH:MM of the time zone; blank: never quiet.',
  },
  MQTT_CERTS_TIME_ZONE: {
    readBy: ['notify'],
    fallback: 'Asia/Shanghai',
    meaning: 'IANA name of the time zone of the people who are told.',
  },
  MQTT_CERTS_CANARY: {
    readBy: ['notify'],
    fallback: 'daily',
    meaning: 'How often a message proves the whole way, at 09:00: daily, weekly (on Mondays) or off.',
  },
} as const satisfies Record<string, Variable>;

/** The name of one variable. */
export type VariableName = keyof typeof CONFIG_VARIABLES;

/** Whether the value of a variable opens something. */
export function isSecretVariable(name: VariableName): boolean {
  const { isSecret }: Variable = CONFIG_VARIABLES[name];
  return isSecret === true;
}

/** Names with our prefix that no function knows. */
export function unknownVariables(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(CONFIG_PREFIX) && !(name in CONFIG_VARIABLES))
    .sort();
}
