import { OPENSSL } from './pair-check-commands.ts';

/** `block`: never ask the service with such a pair. `warn`: say so and go on. */
export type ProblemSeverity = 'block' | 'warn';

/** One of the two certificates of a drop. */
export type PairHalf = 'ca' | 'verification';

/** What one language says about a problem, without full stops at the ends. */
export interface ProblemWording {
  /** What is wrong: a sentence that can stand alone. */
  readonly wrong: string;
  /** What is needed, where that is not plain from what is wrong. */
  readonly needed?: string;
  /** What to do about it. */
  readonly fix: string;
}

/** What the table says about one kind of problem. */
export interface PairProblemFacts {
  readonly severity: ProblemSeverity;
  readonly zh: ProblemWording;
  readonly en: ProblemWording;
  /** The OpenSSL line that mends or shows it; two where it depends on the certificate that has the problem. */
  readonly command: string | Readonly<Record<PairHalf, string>>;
}

/**
 * Every problem a drop can have, by stable code. Blocks only what X.509 verification or the service's documented rules
 * surely refuse, because a refused pair costs its owner another upload and a burnt registration code costs more.
 */
export const PAIR_PROBLEMS = {
  'private-key-present': {
    severity: 'block',
    zh: { wrong: '文件中含有私钥', fix: '私钥已离开您的控制，请视该 CA 为已泄露：换新密钥，重新签发，只上传证书' },
    en: {
      wrong: 'The file holds a private key',
      fix: 'The key has left your hands: treat its CA as compromised, make a new key, issue again and upload certificates only',
    },
    command: OPENSSL.newPair,
  },
  'file-too-large': {
    severity: 'block',
    zh: {
      wrong: '文件太大，没有读取，其中可能含有私钥',
      needed: '每个文件最多 64 KiB',
      fix: '只上传 CA 证书和验证证书，各自一个文件；如果这个文件已经上传而其中有私钥，请视该 CA 为已泄露',
    },
    en: {
      wrong: 'The file is too large and was not read; it might hold a private key',
      needed: 'At most 64 KiB',
      fix: 'Upload the CA and the verification certificate only, one file each; if this file was uploaded with a key in it, treat its CA as compromised',
    },
    command: OPENSSL.certificateOnly,
  },
  'file-too-many-blocks': {
    severity: 'block',
    zh: {
      wrong: '文件中的 PEM 块太多，没有全部读取，其余部分可能含有私钥',
      needed: '每个文件最多 32 个 PEM 块',
      fix: '只上传 CA 证书和验证证书，各自一个文件；如果这个文件已经上传而其中有私钥，请视该 CA 为已泄露',
    },
    en: {
      wrong: 'The file has too many PEM blocks and was not read to its end; the rest might hold a private key',
      needed: 'At most 32 PEM blocks',
      fix: 'Upload the CA and the verification certificate only, one file each; if this file was uploaded with a key in it, treat its CA as compromised',
    },
    command: OPENSSL.certificateOnly,
  },
  'certificate-damaged': {
    severity: 'block',
    zh: {
      wrong: '证书无法读取',
      needed: '完整的 PEM 或 DER，前后没有多余字节',
      fix: '重新导出该证书，以二进制方式上传',
    },
    en: {
      wrong: 'A certificate cannot be read',
      needed: 'PEM or DER, whole and with nothing behind it',
      fix: 'Export the certificate again and upload it in binary mode',
    },
    command: OPENSSL.certificateOnly,
  },
  'extra-damaged': {
    severity: 'warn',
    zh: { wrong: '另有一个证书无法读取，没有使用', fix: '可以删除；只需要 CA 证书和验证证书' },
    en: {
      wrong: 'A further certificate cannot be read and was not used',
      fix: 'Remove it; only the CA and the verification certificate are needed',
    },
    command: OPENSSL.certificateOnly,
  },
  'archive-present': {
    severity: 'warn',
    zh: { wrong: '这是压缩包，没有解压', fix: '先解压，再上传其中的证书' },
    en: { wrong: 'The file is an archive and was not unpacked', fix: 'Unpack it and upload the certificates in it' },
    command: OPENSSL.show,
  },
  'ca-missing': {
    severity: 'block',
    zh: { wrong: '缺少签发验证证书的 CA 证书', fix: '把 CA 证书上传到同一文件夹；下面的命令显示是哪个 CA' },
    en: {
      wrong: 'The CA certificate that issued the verification certificate is missing',
      fix: 'Upload the CA certificate to the same folder; the command shows which CA it is',
    },
    command: OPENSSL.showIssuer,
  },
  'verification-missing': {
    severity: 'block',
    zh: { wrong: '缺少由该 CA 签发的验证证书', fix: '用注册码生成验证证书，并上传到同一文件夹' },
    en: {
      wrong: 'The verification certificate issued by the CA is missing',
      fix: 'Make the verification certificate for your registration code and upload it to the same folder',
    },
    command: OPENSSL.newVerification,
  },
  'both-missing': {
    severity: 'block',
    zh: {
      wrong: '文件夹里没有 CA 证书，也没有验证证书',
      fix: '上传这两个证书（PEM 或 DER）；如果还没有，先用下面的命令生成',
    },
    en: {
      wrong: 'There is neither a CA certificate nor a verification certificate in the folder',
      fix: 'Upload both certificates (PEM or DER); the command makes them if you have none yet',
    },
    command: OPENSSL.newPair,
  },
  'halves-identical': {
    severity: 'block',
    zh: { wrong: 'CA 证书和验证证书是同一个证书', fix: '请另行生成缺少的那个，两个都上传' },
    en: {
      wrong: 'The CA and the verification certificate are one and the same certificate',
      fix: 'Make the half that is missing and upload both',
    },
    command: OPENSSL.newVerification,
  },
  'halves-swapped': {
    severity: 'block',
    zh: {
      wrong: 'CA 证书和验证证书像是弄反了',
      needed: '由 CA 签发验证证书',
      fix: '-CA 和 -CAkey 后面应是 CA，-in 后面应是验证请求',
    },
    en: {
      wrong: 'The CA and the verification certificate look swapped',
      needed: 'The CA signs the verification certificate',
      fix: 'Give the CA to -CA and -CAkey, and the verification request to -in',
    },
    command: OPENSSL.signAgain,
  },
  'ca-basic-constraints-missing': {
    severity: 'block',
    zh: {
      wrong: 'CA 证书没有 basicConstraints 扩展',
      needed: 'basicConstraints CA:TRUE',
      fix: '典型原因：用 openssl x509 -req 自签名而没有扩展文件（-extfile），得到的证书没有扩展。用同一密钥和主题重新生成 CA 证书；验证证书仍然有效',
    },
    en: {
      wrong: 'The CA certificate has no basicConstraints',
      needed: 'basicConstraints CA:TRUE',
      fix: 'The openssl x509 -req trap: signing a request with it and no -extfile writes no extensions at all. Make the CA certificate again with the same key and subject; the verification certificate stays good',
    },
    command: OPENSSL.mendCa,
  },
  'ca-flag-false': {
    severity: 'block',
    zh: {
      wrong: 'CA 证书声明自己不是 CA',
      needed: 'basicConstraints CA:TRUE',
      fix: '用同一密钥和主题重新生成 CA 证书，带上 CA 的扩展；验证证书仍然有效',
    },
    en: {
      wrong: 'The CA certificate says that it is no CA',
      needed: 'basicConstraints CA:TRUE',
      fix: 'Make it again with the same key and subject and the extensions of a CA; the verification certificate stays good',
    },
    command: OPENSSL.mendCa,
  },
  'ca-key-usage': {
    severity: 'block',
    zh: {
      wrong: 'CA 证书的 keyUsage 不允许签发证书',
      needed: 'keyUsage 若存在，必须包含 keyCertSign',
      fix: '用同一密钥和主题重新生成 CA 证书；验证证书仍然有效',
    },
    en: {
      wrong: 'keyUsage of the CA certificate does not allow it to sign certificates',
      needed: 'keyCertSign in keyUsage, or no keyUsage at all',
      fix: 'Make it again with the same key and subject; the verification certificate stays good',
    },
    command: OPENSSL.mendCa,
  },
  'ca-extensions-invalid': {
    severity: 'block',
    zh: {
      wrong: 'CA 证书的扩展重复或编码错误，OpenSSL 认为无效',
      fix: '用同一密钥和主题重新生成 CA 证书；验证证书仍然有效',
    },
    en: {
      wrong: 'Extensions of the CA certificate are repeated or malformed; to OpenSSL they are invalid',
      fix: 'Make it again with the same key and subject; the verification certificate stays good',
    },
    command: OPENSSL.mendCa,
  },
  'serial-zero': {
    severity: 'block',
    zh: {
      wrong: 'CA 证书的序列号是零',
      needed: '正数',
      fix: '用同一密钥和主题、新的序列号重新生成 CA 证书，再重新签发验证证书',
    },
    en: {
      wrong: 'The serial of the CA certificate is zero',
      needed: 'A positive number',
      fix: 'Make the CA certificate again with the same key and subject and a new serial, then sign the verification certificate again',
    },
    command: OPENSSL.renewCa,
  },
  'serial-negative': {
    severity: 'block',
    zh: {
      wrong: 'CA 证书的序列号是负数：编码缺少前导 00',
      needed: '正数',
      fix: '用同一密钥和主题、新的序列号重新生成 CA 证书，再重新签发验证证书',
    },
    en: {
      wrong: 'The serial of the CA certificate is negative: its encoding lacks the leading 00 octet',
      needed: 'A positive number',
      fix: 'Make the CA certificate again with the same key and subject and a new serial, then sign the verification certificate again',
    },
    command: OPENSSL.renewCa,
  },
  'serial-too-long': {
    severity: 'block',
    zh: {
      wrong: 'CA 证书的序列号太长',
      needed: '最多 20 字节（RFC 5280）',
      fix: '用同一密钥和主题、新的序列号重新生成 CA 证书，再重新签发验证证书',
    },
    en: {
      wrong: 'The serial of the CA certificate is too long',
      needed: 'At most 20 octets (RFC 5280)',
      fix: 'Make the CA certificate again with the same key and subject and a new serial, then sign the verification certificate again',
    },
    command: OPENSSL.renewCa,
  },
  'ca-expired': {
    severity: 'block',
    zh: { wrong: 'CA 证书已过期', fix: '用同一密钥和主题、新的序列号重新生成 CA 证书，再重新签发验证证书' },
    en: {
      wrong: 'The CA certificate has expired',
      fix: 'Make the CA certificate again with the same key and subject and a new serial, then sign the verification certificate again',
    },
    command: OPENSSL.renewCa,
  },
  'ca-not-yet-valid': {
    severity: 'block',
    zh: {
      wrong: 'CA 证书尚未生效',
      fix: '等到生效时间；或检查签发机器的时钟，用同一密钥和主题重新生成，验证证书仍然有效',
    },
    en: {
      wrong: 'The CA certificate is not valid yet',
      fix: 'Wait; or check the clock of the machine that made it and make it again with the same key and subject, and the verification certificate stays good',
    },
    command: OPENSSL.mendCa,
  },
  'verification-expired': {
    severity: 'block',
    zh: { wrong: '验证证书已过期', fix: '重新签发验证证书；本次上传没有使用注册码' },
    en: {
      wrong: 'The verification certificate has expired',
      fix: 'Sign it again; this drop did not use its registration code',
    },
    command: OPENSSL.signAgain,
  },
  'verification-not-yet-valid': {
    severity: 'block',
    zh: { wrong: '验证证书尚未生效', fix: '等到生效时间，或检查签发机器的时钟后重新签发' },
    en: {
      wrong: 'The verification certificate is not valid yet',
      fix: 'Wait, or check the clock of the machine that made it and sign it again',
    },
    command: OPENSSL.signAgain,
  },
  'rsa-too-short': {
    severity: 'block',
    zh: {
      wrong: 'RSA 密钥太短',
      needed: '至少 2048 位',
      fix: '换用新密钥重新生成这个证书；如果是 CA 证书，验证证书也要重新签发',
    },
    en: {
      wrong: 'The RSA key is too short',
      needed: 'At least 2048 bits',
      fix: 'Make it again with a new key; if it is the CA, make the verification certificate again too',
    },
    command: { ca: OPENSSL.newPair, verification: OPENSSL.newVerification },
  },
  'rsa-exponent': {
    severity: 'block',
    zh: {
      wrong: 'RSA 公钥指数不合格',
      needed: '奇数，至少为 3，不超过 32 位（通常是 65537）',
      fix: '换用新密钥重新生成这个证书；如果是 CA 证书，验证证书也要重新签发',
    },
    en: {
      wrong: 'The public exponent of the RSA key is not acceptable',
      needed: 'Odd, at least 3 and at most 32 bits (65537 is usual)',
      fix: 'Make it again with a new key; if it is the CA, make the verification certificate again too',
    },
    command: { ca: OPENSSL.newPair, verification: OPENSSL.newVerification },
  },
  'key-unsupported': {
    severity: 'block',
    zh: {
      wrong: 'CA 的密钥类型不受支持',
      needed: 'RSA，或采用命名曲线的 ECC',
      fix: '换用 RSA 或 P-256 密钥，重新生成两个证书',
    },
    en: {
      wrong: 'The key of the CA is of a kind that is not supported',
      needed: 'RSA, or ECC on a named curve',
      fix: 'Make an RSA or P-256 key and both certificates again',
    },
    command: OPENSSL.newPair,
  },
  'signature-weak': {
    severity: 'block',
    zh: {
      wrong: '证书签名所用的散列太弱',
      needed: 'SHA-256 或更强',
      fix: '加上 -sha256 重新签发这个证书；如果是 CA 证书，验证证书也要重新签发',
    },
    en: {
      wrong: 'The certificate is signed with a hash that is too weak',
      needed: 'SHA-256 or stronger',
      fix: 'Sign it again with -sha256; if it is the CA, sign the verification certificate again too',
    },
    command: { ca: OPENSSL.renewCa, verification: OPENSSL.signAgain },
  },
  'issuer-mismatch': {
    severity: 'block',
    zh: {
      wrong: '验证证书的颁发者不是 CA 证书的主题',
      needed: '两者逐字节相同',
      fix: '用这个 CA 证书（-CA ca.pem）重新签发验证证书',
    },
    en: {
      wrong: 'The issuer of the verification certificate is not the subject of the CA certificate',
      needed: 'Both the same, byte for byte',
      fix: 'Sign the verification certificate again with this very CA certificate (-CA ca.pem)',
    },
    command: OPENSSL.signAgain,
  },
  'signed-by-itself': {
    severity: 'block',
    zh: {
      wrong: '验证证书是自签名的',
      needed: '由 CA 的私钥签名',
      fix: '请用 -CA 和 -CAkey 签发，而不是 -signkey 或 req -x509',
    },
    en: {
      wrong: 'The verification certificate is signed by itself',
      needed: 'A signature with the CA key',
      fix: 'Sign it with -CA and -CAkey, not with -signkey or req -x509',
    },
    command: OPENSSL.signAgain,
  },
  'signed-by-other-certificate': {
    severity: 'block',
    zh: {
      wrong: '验证证书由本次上传的另一个证书签名',
      needed: '由要注册的 CA 的私钥签名',
      fix: '用要注册的 CA 重新签发',
    },
    en: {
      wrong: 'Another certificate of this drop signed the verification certificate',
      needed: 'A signature with the key of the CA to register',
      fix: 'Sign it again with the CA you want to register',
    },
    command: OPENSSL.signAgain,
  },
  'signed-by-namesake': {
    severity: 'block',
    zh: {
      wrong: '验证证书由另一个同名的 CA 签名：名称相同而密钥不同',
      fix: '可能重新生成过密钥：用与这个 CA 证书对应的 ca.key 重新签发',
    },
    en: {
      wrong: 'Another CA of the same name signed the verification certificate: same name, other key',
      fix: 'Perhaps the key was made anew: sign it again with the ca.key that belongs to this CA certificate',
    },
    command: OPENSSL.signAgain,
  },
  'signed-by-stranger': {
    severity: 'block',
    zh: { wrong: '这个 CA 没有签发验证证书，本次上传的其他证书也没有', fix: '用这个 CA 的私钥重新签发' },
    en: {
      wrong: 'Neither this CA nor any other certificate of this drop signed the verification certificate',
      fix: "Sign it again with this CA's key",
    },
    command: OPENSSL.signAgain,
  },
  'signature-not-checkable': {
    severity: 'block',
    zh: {
      wrong: '无法用 CA 的公钥验证签名',
      needed: '常见的密钥（RSA 不超过 8192 位）',
      fix: '换用常见的密钥（RSA 2048 至 4096 或 P-256），重新生成两个证书',
    },
    en: {
      wrong: 'Signatures cannot be checked with the public key of the CA',
      needed: 'A usual key (RSA up to 8192 bits)',
      fix: 'Make a usual key (RSA 2048 to 4096, or P-256) and both certificates again',
    },
    command: OPENSSL.newPair,
  },
  'common-name-missing': {
    severity: 'block',
    zh: { wrong: '验证证书没有通用名（CN）', needed: '以注册码为通用名', fix: '用注册码作 CN 重新生成验证证书' },
    en: {
      wrong: 'The verification certificate has no common name',
      needed: 'The registration code as its common name',
      fix: 'Make the verification certificate again with the code as its common name',
    },
    command: OPENSSL.newVerification,
  },
  'common-name-several': {
    severity: 'block',
    zh: { wrong: '验证证书有多个通用名（CN）', fix: '只保留注册码这一个 CN，重新生成' },
    en: {
      wrong: 'The verification certificate has several common names',
      fix: 'Make it again with the registration code as the only one',
    },
    command: OPENSSL.newVerification,
  },
  'common-name-padded': {
    severity: 'block',
    zh: { wrong: '注册码前后有空白或控制字符', fix: '去掉多余字符（复制时带入的换行、空格），重新生成' },
    en: {
      wrong: 'There are blanks or control characters around the registration code',
      fix: 'Remove them (a line feed or space that came along when copying) and make the certificate again',
    },
    command: OPENSSL.newVerification,
  },
  'basic-constraints-not-critical': {
    severity: 'warn',
    zh: { wrong: 'CA 证书的 basicConstraints 没有标记为 critical（RFC 5280）', fix: '下次生成 CA 证书时加上 critical' },
    en: {
      wrong: 'basicConstraints of the CA certificate is not critical (RFC 5280)',
      fix: 'Mark it critical when you next make the CA certificate',
    },
    command: OPENSSL.mendCa,
  },
  'curve-unusual': {
    severity: 'warn',
    zh: {
      wrong: '密钥所用的曲线不常见',
      needed: 'P-256、P-384 或 P-521',
      fix: '服务或设备可能不支持这种曲线，请先用一台设备试验',
    },
    en: {
      wrong: 'The key is on an unusual curve',
      needed: 'P-256, P-384 or P-521',
      fix: 'The service or a device may not know this one; try a single device first',
    },
    command: { ca: OPENSSL.newPair, verification: OPENSSL.newVerification },
  },
  'path-length-limited': {
    severity: 'warn',
    zh: { wrong: 'CA 证书限制了路径长度', fix: '若设备证书由下级 CA 签发，请检查 pathlen 是否足够' },
    en: {
      wrong: 'The CA certificate limits the path length',
      fix: 'If subordinate CAs issue your device certificates, check that pathlen leaves room for them',
    },
    command: OPENSSL.show,
  },
  'verification-is-ca': {
    severity: 'warn',
    zh: { wrong: '验证证书自己也是 CA', fix: '以后签发验证证书时不要带 CA 扩展' },
    en: {
      wrong: 'The verification certificate is a CA itself',
      fix: 'Leave the extensions of a CA out when you sign the next one',
    },
    command: OPENSSL.newVerification,
  },
  'same-public-key': {
    severity: 'warn',
    zh: { wrong: '验证证书用了 CA 的密钥', needed: '验证证书自己的密钥', fix: '下次为验证证书生成新的密钥' },
    en: {
      wrong: 'The verification certificate has the key of the CA',
      needed: 'A key of its own',
      fix: 'Make a new key for the next one',
    },
    command: OPENSSL.newVerification,
  },
  'ca-ends-soon': {
    severity: 'warn',
    zh: { wrong: 'CA 证书将在一年内到期', fix: '现在就开始规划更换：到期后其下的设备全部无法连接' },
    en: {
      wrong: 'The CA certificate ends within a year',
      fix: 'Plan its replacement now: when it ends, no device under it can connect',
    },
    command: OPENSSL.renewCa,
  },
  'common-name-not-code': {
    severity: 'warn',
    zh: { wrong: '通用名（CN）不像注册码', needed: 'GetRegisterCode 返回的注册码', fix: '与领取的注册码核对' },
    en: {
      wrong: 'The common name does not look like a registration code',
      needed: 'The code from GetRegisterCode',
      fix: 'Compare it with the code you were given',
    },
    command: OPENSSL.newVerification,
  },
  'code-not-handed-out': {
    severity: 'warn',
    zh: { wrong: '通用名（CN）不是为本次上传领取的注册码', fix: '可能用了旧码或别的实例的码，请核对' },
    en: {
      wrong: 'The common name is not the registration code handed out for this drop',
      fix: 'Compare them: it may be an older code, or the code of another instance',
    },
    command: OPENSSL.newVerification,
  },
  'extra-certificate': {
    severity: 'warn',
    zh: { wrong: '多余的证书，没有使用', fix: '可以删除；只需要 CA 证书和验证证书' },
    en: {
      wrong: 'A further certificate was not used',
      fix: 'You can remove it; only the CA and the verification certificate are needed',
    },
    command: OPENSSL.show,
  },
  'ca-subject-empty': {
    severity: 'warn',
    zh: { wrong: 'CA 证书没有主题名称', fix: '没有名称的 CA 难以辨认，下次生成时写上 CN' },
    en: {
      wrong: 'The CA certificate has no subject',
      fix: 'A CA without a name is hard to tell apart; give the next one a common name',
    },
    command: OPENSSL.newPair,
  },
} as const satisfies Record<string, PairProblemFacts>;

/** The stable code of a problem, as logged and filed. */
export type PairProblemCode = keyof typeof PAIR_PROBLEMS;
