import type { MisplacedReason } from './drop-source.ts';
import type { MissingHalf } from './find-pair.ts';
import type { Bilingual } from './openapi-code.ts';

/** Why a drop was refused for a reason that is not a check on a certificate. */
export interface RefusalText {
  readonly what: Bilingual;
  readonly fix: Bilingual;
}

/** A half that did not come in time. */
export const MISSING_HALF = {
  ca: {
    what: {
      zh: '在等待期限内没有出现签发验证证书的 CA 证书。',
      en: 'The CA certificate that signed the verification certificate did not arrive in time.',
    },
    fix: {
      zh: '把 CA 证书和验证证书一起上传到同一目录。',
      en: 'Upload the CA certificate and the verification certificate together, into the same folder.',
    },
  },
  verification: {
    what: {
      zh: '在等待期限内没有出现由该 CA 签发的验证证书（两个文件内容相同也算缺少）。',
      en: 'The verification certificate signed by this CA did not arrive in time (the same certificate twice counts once).',
    },
    fix: {
      zh: '用注册码作为通用名称（CN）制作验证证书，用 CA 私钥签发，再把两个文件一起上传。',
      en: 'Make a verification certificate whose common name is the registration code, sign it with the CA key, and upload both files together.',
    },
  },
  both: {
    what: {
      zh: '目录中没有可读取的证书。',
      en: 'No readable certificate is in the folder.',
    },
    fix: {
      zh: '上传 PEM 或 DER 格式的 CA 证书和验证证书；压缩包请先解压，PKCS#12 请只导出证书。',
      en: 'Upload the CA certificate and the verification certificate as PEM or DER; unpack archives first.',
    },
  },
} as const satisfies Record<MissingHalf, RefusalText>;

/** A file in the wrong place. */
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
} as const satisfies Record<MisplacedReason, RefusalText>;

/** A drop that holds a private key. */
export const PRIVATE_KEY: RefusalText = {
  what: {
    zh: '文件中含有私钥。私钥绝不能离开生成它的机器，也不能放进存储桶。',
    en: 'The file holds a private key. A private key must never leave its machine, and never enter a bucket.',
  },
  fix: {
    zh: '把这把私钥和用它的 CA 视为已泄露：重新生成密钥和 CA，只上传证书。',
    en: 'Treat the key and the CA that uses it as compromised: make a new key and a new CA, and upload certificates only.',
  },
};

/** A file that was not read whole and so may hold anything. */
export const NOT_READ_WHOLE: RefusalText = {
  what: {
    zh: '文件太大或包含的 PEM 块太多，无法完整检查；其中可能藏有私钥。',
    en: 'The file is too large, or has too many PEM blocks, to be looked through; it may hold a private key.',
  },
  fix: {
    zh: '只上传两个证书文件，每个不超过 64 KiB；如果其中有私钥，请视为已泄露。',
    en: 'Upload the two certificates only, each at most 64 KiB; if a private key was among them, treat it as compromised.',
  },
};

/** Something that claims to be a certificate and is none. */
export const DAMAGED_CERTIFICATE: RefusalText = {
  what: {
    zh: '文件声称是证书，但内容已损坏或不完整。',
    en: 'The file claims to hold a certificate, but it is damaged or cut short.',
  },
  fix: {
    zh: '重新导出该证书并再次上传。',
    en: 'Export the certificate again and upload it once more.',
  },
};
