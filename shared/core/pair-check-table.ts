import { OPENSSL } from './pair-check-commands.ts';

/** `block`: never ask the service with such a pair. `warn`: say so and go on. */
export type ProblemSeverity = 'block' | 'warn';

/** What one language says about a problem. */
interface Wording {
  /** What is needed. */
  readonly needed: string;
  /** What to do about it. */
  readonly fix: string;
}

interface PairCheckEntry {
  readonly severity: ProblemSeverity;
  readonly zh: Wording;
  readonly en: Wording;
  /** The OpenSSL line that mends or shows it. */
  readonly command: string;
}

/**
 * Every problem a drop can have, by stable code. Blocks only what X.509 verification or the service's documented rules
 * surely refuse, because a refused pair costs its owner another upload and a burnt registration code costs more.
 */
export const PAIR_PROBLEMS = {
  'private-key-present': {
    severity: 'block',
    zh: {
      needed: '上传的文件中不得含有任何私钥',
      fix: '私钥已离开您的控制，请视该 CA 为已泄露：换新密钥，重新签发，只上传证书',
    },
    en: {
      needed: 'No file of a drop may hold a private key of any kind',
      fix: 'The key has left your hands: treat its CA as compromised, make a new key, issue again and upload certificates only',
    },
    command: OPENSSL.newCaWithKey,
  },
  'file-too-large': {
    severity: 'block',
    zh: { needed: '每个文件最多 64 KiB', fix: '只上传 CA 证书和验证证书，各自一个文件' },
    en: {
      needed: 'A file may be at most 64 KiB',
      fix: 'Upload the CA and the verification certificate only, one file each',
    },
    command: OPENSSL.certificateOnly,
  },
  'file-too-many-blocks': {
    severity: 'block',
    zh: { needed: '每个文件最多 32 个 PEM 块', fix: '只上传 CA 证书和验证证书，各自一个文件' },
    en: {
      needed: 'A file may hold at most 32 PEM blocks',
      fix: 'Upload the CA and the verification certificate only, one file each',
    },
    command: OPENSSL.certificateOnly,
  },
  'certificate-damaged': {
    severity: 'block',
    zh: { needed: '证书必须完整可读：PEM 或 DER，前后没有多余字节', fix: '重新导出该证书，以二进制方式上传' },
    en: {
      needed: 'A certificate must be readable as a whole: PEM or DER with nothing behind it',
      fix: 'Export the certificate again and upload it in binary mode',
    },
    command: OPENSSL.certificateOnly,
  },
  'extra-damaged': {
    severity: 'warn',
    zh: { needed: '只需要 CA 证书和验证证书', fix: '另有一个无法读取的证书未被使用，可以删除' },
    en: {
      needed: 'Only the CA and the verification certificate',
      fix: 'A further certificate cannot be read and was not used; remove it',
    },
    command: OPENSSL.certificateOnly,
  },
  'archive-present': {
    severity: 'warn',
    zh: { needed: '证书文件本身，而不是压缩包', fix: '先解压，再上传其中的证书' },
    en: {
      needed: 'The certificates themselves, not an archive',
      fix: 'Unpack the archive and upload the certificates in it',
    },
    command: OPENSSL.show,
  },
  'ca-missing': {
    severity: 'block',
    zh: { needed: '同一文件夹中需要签发验证证书的 CA 证书', fix: '把 CA 证书上传到同一文件夹' },
    en: {
      needed: 'The CA certificate that issued the verification certificate, in the same folder',
      fix: 'Upload the CA certificate to the same folder',
    },
    command: OPENSSL.newCa,
  },
  'verification-missing': {
    severity: 'block',
    zh: { needed: '同一文件夹中需要由该 CA 签发的验证证书', fix: '用注册码生成验证证书，并上传到同一文件夹' },
    en: {
      needed: 'The verification certificate issued by the CA, in the same folder',
      fix: 'Make the verification certificate for your registration code and upload it to the same folder',
    },
    command: OPENSSL.newVerification,
  },
  'both-missing': {
    severity: 'block',
    zh: { needed: '同一文件夹中需要 CA 证书和验证证书', fix: '上传这两个证书（PEM 或 DER）' },
    en: {
      needed: 'A CA certificate and a verification certificate in the same folder',
      fix: 'Upload both certificates (PEM or DER)',
    },
    command: OPENSSL.newVerification,
  },
  'halves-identical': {
    severity: 'block',
    zh: { needed: 'CA 证书和验证证书必须是两个不同的证书', fix: '两个文件是同一个证书：请另行生成缺少的那个' },
    en: {
      needed: 'The CA and the verification certificate must be two different certificates',
      fix: 'Both files hold the same certificate: upload the other half as well',
    },
    command: OPENSSL.newVerification,
  },
  'halves-swapped': {
    severity: 'block',
    zh: {
      needed: '由 CA 证书的密钥签发验证证书',
      fix: '两者像是弄反了：-CA 和 -CAkey 后面应是 CA，-in 后面应是验证请求',
    },
    en: {
      needed: 'The CA must sign the verification certificate',
      fix: 'The halves look swapped: give the CA to -CA and -CAkey, and the verification request to -in',
    },
    command: OPENSSL.signAgain,
  },
  'ca-basic-constraints-missing': {
    severity: 'block',
    zh: {
      needed: 'CA 证书必须含有 basicConstraints CA:TRUE',
      fix: '典型原因：用 openssl x509 -req 自签名而没有扩展文件（-extfile），得到的证书没有扩展。用同一密钥重新生成 CA 证书',
    },
    en: {
      needed: 'The CA certificate must have basicConstraints CA:TRUE',
      fix: 'The openssl x509 -req trap: signing a request with it and no -extfile writes no extensions at all. Make the CA certificate again from the same key',
    },
    command: OPENSSL.newCa,
  },
  'ca-flag-false': {
    severity: 'block',
    zh: { needed: 'CA 证书的 basicConstraints 必须是 CA:TRUE', fix: '这个证书声明自己不是 CA，用 CA 的扩展重新生成' },
    en: {
      needed: 'basicConstraints of the CA certificate must be CA:TRUE',
      fix: 'This certificate says that it is no CA; make it again with the extensions of a CA',
    },
    command: OPENSSL.newCa,
  },
  'ca-key-usage': {
    severity: 'block',
    zh: { needed: 'CA 证书若有 keyUsage，必须包含 keyCertSign', fix: '用含 keyCertSign 的 keyUsage 重新生成 CA 证书' },
    en: {
      needed: 'keyUsage of a CA certificate, when present, must include keyCertSign',
      fix: 'Make the CA certificate again with keyCertSign in keyUsage',
    },
    command: OPENSSL.newCa,
  },
  'ca-extensions-invalid': {
    severity: 'block',
    zh: { needed: 'CA 证书的扩展必须没有歧义', fix: 'OpenSSL 认为其扩展无效（重复或编码错误），重新生成 CA 证书' },
    en: {
      needed: 'The extensions of the CA certificate must have one meaning',
      fix: 'OpenSSL holds them invalid (repeated or malformed); make the CA certificate again',
    },
    command: OPENSSL.newCa,
  },
  'serial-zero': {
    severity: 'block',
    zh: { needed: 'CA 证书的序列号必须是正数', fix: '用新的序列号重新生成 CA 证书' },
    en: {
      needed: 'The serial of the CA certificate must be positive',
      fix: 'Make the CA certificate again; OpenSSL picks a serial by itself',
    },
    command: OPENSSL.newCa,
  },
  'serial-negative': {
    severity: 'block',
    zh: { needed: 'CA 证书的序列号必须是正数', fix: '序列号编码缺少前导 00，成了负数，重新生成 CA 证书' },
    en: {
      needed: 'The serial of the CA certificate must be positive',
      fix: 'Its encoding lacks the leading 00 octet and is negative; make the CA certificate again',
    },
    command: OPENSSL.newCa,
  },
  'serial-too-long': {
    severity: 'block',
    zh: { needed: 'CA 证书的序列号最多 20 字节（RFC 5280）', fix: '用较短的序列号重新生成 CA 证书' },
    en: {
      needed: 'The serial of the CA certificate may have at most 20 octets (RFC 5280)',
      fix: 'Make the CA certificate again; OpenSSL picks a serial by itself',
    },
    command: OPENSSL.newCa,
  },
  'ca-expired': {
    severity: 'block',
    zh: { needed: 'CA 证书必须在有效期内', fix: '用同一密钥生成新的 CA 证书，再签发新的验证证书' },
    en: {
      needed: 'The CA certificate must be in date',
      fix: 'Make a new CA certificate from the same key, then a new verification certificate',
    },
    command: OPENSSL.newCa,
  },
  'ca-not-yet-valid': {
    severity: 'block',
    zh: { needed: 'CA 证书必须已经生效', fix: '等到生效时间，或检查签发机器的时钟后重新生成' },
    en: {
      needed: 'The CA certificate must be valid already',
      fix: 'Wait, or check the clock of the machine that made it and make it again',
    },
    command: OPENSSL.newCa,
  },
  'verification-expired': {
    severity: 'block',
    zh: { needed: '验证证书必须在有效期内', fix: '重新签发验证证书；注册码未被使用' },
    en: {
      needed: 'The verification certificate must be in date',
      fix: 'Sign it again; the registration code was not used',
    },
    command: OPENSSL.signAgain,
  },
  'verification-not-yet-valid': {
    severity: 'block',
    zh: { needed: '验证证书必须已经生效', fix: '等到生效时间，或检查签发机器的时钟后重新签发' },
    en: {
      needed: 'The verification certificate must be valid already',
      fix: 'Wait, or check the clock of the machine that made it and sign it again',
    },
    command: OPENSSL.signAgain,
  },
  'rsa-too-short': {
    severity: 'block',
    zh: { needed: 'RSA 密钥至少 2048 位', fix: '换用更长的密钥，重新生成证书' },
    en: { needed: 'An RSA key must have at least 2048 bits', fix: 'Make a longer key and the certificate again' },
    command: OPENSSL.newCaWithKey,
  },
  'rsa-exponent': {
    severity: 'block',
    zh: { needed: 'RSA 公钥指数必须是奇数、至少为 3、不超过 32 位（通常是 65537）', fix: '换用新密钥，重新生成证书' },
    en: {
      needed: 'The public exponent of an RSA key must be odd, at least 3 and at most 32 bits (65537 is usual)',
      fix: 'Make a new key and the certificate again',
    },
    command: OPENSSL.newCaWithKey,
  },
  'key-unsupported': {
    severity: 'block',
    zh: { needed: 'CA 的密钥必须是 RSA，或采用命名曲线的 ECC', fix: '换用 RSA 或 P-256 密钥，重新生成 CA 证书' },
    en: {
      needed: 'The CA key must be RSA or ECC on a named curve',
      fix: 'Make an RSA or P-256 key and the CA certificate again',
    },
    command: OPENSSL.newCaWithKey,
  },
  'signature-weak': {
    severity: 'block',
    zh: { needed: '签名须用 SHA-256 或更强的散列', fix: '加上 -sha256 重新签发' },
    en: { needed: 'The signature must use SHA-256 or stronger', fix: 'Sign again with -sha256' },
    command: OPENSSL.signAgain,
  },
  'issuer-mismatch': {
    severity: 'block',
    zh: {
      needed: '验证证书的颁发者必须与 CA 证书的主题逐字节相同',
      fix: '用这个 CA 证书（-CA ca.pem）重新签发验证证书',
    },
    en: {
      needed: 'The issuer of the verification certificate must be the subject of the CA certificate, byte for byte',
      fix: 'Sign the verification certificate again with this very CA certificate (-CA ca.pem)',
    },
    command: OPENSSL.signAgain,
  },
  'signed-by-itself': {
    severity: 'block',
    zh: {
      needed: '验证证书必须由 CA 的私钥签名',
      fix: '它是自签名的：请用 -CA 和 -CAkey 签发，而不是 -signkey 或 req -x509',
    },
    en: {
      needed: 'The verification certificate must be signed with the CA key',
      fix: 'It is signed by itself: sign it with -CA and -CAkey, not with -signkey or req -x509',
    },
    command: OPENSSL.signAgain,
  },
  'signed-by-other-certificate': {
    severity: 'block',
    zh: { needed: '验证证书必须由要注册的 CA 的私钥签名', fix: '它由本次上传的另一个证书签名：用要注册的 CA 重新签发' },
    en: {
      needed: 'The verification certificate must be signed with the key of the CA to register',
      fix: 'Another certificate of this drop signed it: sign it again with the CA you want to register',
    },
    command: OPENSSL.signAgain,
  },
  'signed-by-namesake': {
    severity: 'block',
    zh: {
      needed: '验证证书必须由这个 CA 的私钥签名',
      fix: '名称相同而密钥不同：像是同名的另一个 CA（或重新生成过密钥）签的，用现在的 ca.key 重新签发',
    },
    en: {
      needed: "The verification certificate must be signed with this CA's key",
      fix: 'Same name, other key: it looks signed by another CA of that name (perhaps the key was made anew); sign it again with the ca.key of this certificate',
    },
    command: OPENSSL.signAgain,
  },
  'signed-by-stranger': {
    severity: 'block',
    zh: { needed: '验证证书必须由这个 CA 的私钥签名', fix: '签名与本次上传的任何证书都不符，用这个 CA 重新签发' },
    en: {
      needed: "The verification certificate must be signed with this CA's key",
      fix: 'Nobody in this drop signed it; sign it again with this CA',
    },
    command: OPENSSL.signAgain,
  },
  'signature-not-checkable': {
    severity: 'block',
    zh: {
      needed: 'CA 的公钥必须能用于验证签名（RSA 不超过 8192 位）',
      fix: '换用常见的密钥（RSA 2048 至 4096 或 P-256），重新生成',
    },
    en: {
      needed: 'The public key of the CA must be fit to verify signatures (RSA up to 8192 bits)',
      fix: 'Make a usual key (RSA 2048 to 4096, or P-256) and both certificates again',
    },
    command: OPENSSL.newCaWithKey,
  },
  'common-name-missing': {
    severity: 'block',
    zh: { needed: '验证证书的通用名（CN）必须是注册码', fix: '用注册码作 CN 重新生成验证证书' },
    en: {
      needed: 'The common name of the verification certificate must be the registration code',
      fix: 'Make the verification certificate again with the code as its common name',
    },
    command: OPENSSL.newVerification,
  },
  'common-name-several': {
    severity: 'block',
    zh: { needed: '验证证书只能有一个通用名（CN）', fix: '只保留注册码这一个 CN，重新生成' },
    en: {
      needed: 'The verification certificate must have exactly one common name',
      fix: 'Make it again with the registration code as the only one',
    },
    command: OPENSSL.newVerification,
  },
  'common-name-padded': {
    severity: 'block',
    zh: { needed: '注册码前后不得有空白或控制字符', fix: '去掉多余字符（复制时带入的换行、空格），重新生成' },
    en: {
      needed: 'No blanks or control characters around the registration code',
      fix: 'Remove them (a line feed or space that came along when copying) and make the certificate again',
    },
    command: OPENSSL.newVerification,
  },
  'basic-constraints-not-critical': {
    severity: 'warn',
    zh: { needed: 'basicConstraints 应标记为 critical（RFC 5280）', fix: '下次生成 CA 证书时加上 critical' },
    en: {
      needed: 'basicConstraints should be critical (RFC 5280)',
      fix: 'Mark it critical when you next make the CA certificate',
    },
    command: OPENSSL.newCa,
  },
  'curve-unusual': {
    severity: 'warn',
    zh: { needed: '推荐 P-256、P-384 或 P-521 曲线', fix: '服务或设备可能不支持这种曲线，请先用一台设备试验' },
    en: {
      needed: 'P-256, P-384 or P-521 are the usual curves',
      fix: 'The service or a device may not know this one; try a single device first',
    },
    command: OPENSSL.newCaWithKey,
  },
  'path-length-limited': {
    severity: 'warn',
    zh: { needed: 'CA 证书通常不需要路径长度限制', fix: '若设备证书由下级 CA 签发，请检查 pathlen 是否足够' },
    en: {
      needed: 'A CA certificate usually needs no path length',
      fix: 'If subordinate CAs issue your device certificates, check that pathlen leaves room for them',
    },
    command: OPENSSL.show,
  },
  'verification-is-ca': {
    severity: 'warn',
    zh: { needed: '验证证书不必是 CA', fix: '以后签发验证证书时不要带 CA 扩展' },
    en: {
      needed: 'A verification certificate need not be a CA',
      fix: 'Leave the extensions of a CA out when you sign the next one',
    },
    command: OPENSSL.newVerification,
  },
  'same-public-key': {
    severity: 'warn',
    zh: { needed: '验证证书应使用自己的密钥', fix: '下次为验证证书生成新的密钥，不要用 CA 的密钥' },
    en: {
      needed: 'A verification certificate should have a key of its own',
      fix: 'Make a new key for the next one instead of using the CA key',
    },
    command: OPENSSL.newVerification,
  },
  'ca-ends-soon': {
    severity: 'warn',
    zh: { needed: 'CA 证书的剩余有效期最好超过一年', fix: '现在就开始规划更换：到期后其下的设备全部无法连接' },
    en: {
      needed: 'More than a year left on a CA certificate',
      fix: 'Plan its replacement now: when it ends, no device under it can connect',
    },
    command: OPENSSL.newCa,
  },
  'common-name-not-code': {
    severity: 'warn',
    zh: { needed: '通用名（CN）应是 GetRegisterCode 返回的注册码', fix: '它不像注册码：请核对后再上传' },
    en: {
      needed: 'The common name should be the registration code from GetRegisterCode',
      fix: 'It does not look like one; compare it with the code you were given',
    },
    command: OPENSSL.newVerification,
  },
  'code-not-handed-out': {
    severity: 'warn',
    zh: {
      needed: '通用名（CN）应是为本次上传领取的注册码',
      fix: '它不是为这个文件夹领取的注册码：可能用了旧码或别的实例的码',
    },
    en: {
      needed: 'The common name should be the registration code handed out for this drop',
      fix: 'It is another one: perhaps an older code, or the code of another instance',
    },
    command: OPENSSL.newVerification,
  },
  'extra-certificate': {
    severity: 'warn',
    zh: { needed: '只需要 CA 证书和验证证书', fix: '多余的证书未被使用，可以删除' },
    en: {
      needed: 'Only the CA and the verification certificate',
      fix: 'The further certificate was not used; you can remove it',
    },
    command: OPENSSL.show,
  },
  'ca-subject-empty': {
    severity: 'warn',
    zh: { needed: 'CA 证书应有主题名称', fix: '空名称的 CA 难以辨认，下次生成时写上 CN' },
    en: {
      needed: 'A CA certificate should have a subject',
      fix: 'A CA without a name is hard to tell apart; give the next one a common name',
    },
    command: OPENSSL.newCa,
  },
} as const satisfies Record<string, PairCheckEntry>;

/** The stable code of a problem, as logged and filed. */
export type PairProblemCode = keyof typeof PAIR_PROBLEMS;
