import type { MisplacedReason } from './drop-source.ts';
import type { Bilingual } from './openapi-code.ts';

/** What is wrong with the place of a file, and where it belongs. */
interface MisplacedText {
  readonly what: Bilingual;
  readonly fix: Bilingual;
}

/** Every way in which a file can lie in the wrong place. */
export const MISPLACED = {
  'no-folder': {
    what: {
      zh: '文件没有放在 CA 目录中。',
      en: 'The file is in no CA folder.',
    },
    fix: {
      zh: '请放到 inbox/<实例 ID>/<CA 名称>/ 目录下。',
      en: 'Put it into inbox/<instance id>/<CA name>/.',
    },
  },
  'unknown-instance': {
    what: {
      zh: '第一级目录不是本系统管理的实例。',
      en: 'The first folder is no instance that this deployment serves.',
    },
    fix: {
      zh: '核对实例 ID；如果是新实例，请把它加入配置项 MQTT_CERTS_INSTANCES。',
      en: 'Check the instance id; add a new instance to the setting MQTT_CERTS_INSTANCES.',
    },
  },
  'folder-name': {
    what: {
      zh: 'CA 目录的名称不能用作 CA 名称。',
      en: 'The name of the CA folder can not serve as the name of a CA.',
    },
    fix: {
      zh: '使用 1 到 64 个字母、数字、点、下划线、连字符或中间的空格。',
      en: 'Use 1 to 64 letters, digits, dots, underscores, hyphens or inner blanks.',
    },
  },
  nested: {
    what: {
      zh: '文件放在了 CA 目录的子目录中。',
      en: 'The file lies in a folder inside the CA folder.',
    },
    fix: {
      zh: '请直接放在 inbox/<实例 ID>/<CA 名称>/ 下，不要建子目录。',
      en: 'Put it directly into inbox/<instance id>/<CA name>/, without another folder.',
    },
  },
} as const satisfies Record<MisplacedReason, MisplacedText>;
