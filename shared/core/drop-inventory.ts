import type { DropFileContent, OtherContent } from './drop-file.ts';
import type { Bilingual } from './openapi-code.ts';

/** What is in a file, as far as it was read. */
type Content = DropFileContent | { readonly tooLargeBytes: number };

/** Everything that blocks nothing and is no help either, by the names people know. */
const OTHERS = {
  'certificate-request': {
    zh: '证书签名请求（CSR），不是证书',
    en: 'a certificate request (CSR), which is no certificate',
  },
  'public-key': { zh: '公钥，不是证书', en: 'a public key, which is no certificate' },
  crl: { zh: '证书吊销列表', en: 'a revocation list' },
  pkcs7: { zh: 'PKCS#7 证书包，请导出为 PEM', en: 'a PKCS #7 bundle, to be exported as PEM' },
  parameters: { zh: '密钥参数', en: 'key parameters' },
  text: { zh: '不含证书的文本', en: 'text without a certificate' },
  empty: { zh: '空文件', en: 'nothing, it is empty' },
  unknown: { zh: '无法识别的内容', en: 'nothing that is known here' },
  'archive-zip': { zh: 'ZIP 压缩包，请先解压', en: 'a ZIP archive, to be unpacked first' },
  'archive-gzip': { zh: 'gzip 压缩包，请先解压', en: 'a gzip archive, to be unpacked first' },
  'archive-7z': { zh: '7z 压缩包，请先解压', en: 'a 7z archive, to be unpacked first' },
  'archive-rar': { zh: 'RAR 压缩包，请先解压', en: 'a RAR archive, to be unpacked first' },
  'archive-bzip2': { zh: 'bzip2 压缩包，请先解压', en: 'a bzip2 archive, to be unpacked first' },
  'archive-xz': { zh: 'xz 压缩包，请先解压', en: 'an xz archive, to be unpacked first' },
  'archive-tar': { zh: 'tar 压缩包，请先解压', en: 'a tar archive, to be unpacked first' },
} as const satisfies Record<OtherContent, Bilingual>;

/** Says in a few words what a file of a drop holds. Nothing in it comes from the file's own text. */
export function inventoryOf(content: Content): Bilingual {
  const parts = partsOf(content);
  return { zh: parts.map(({ zh }) => zh).join('、'), en: parts.map(({ en }) => en).join(', ') };
}

function partsOf(content: Content): readonly Bilingual[] {
  if ('tooLargeBytes' in content) return [{ zh: '文件过大，未读取', en: 'too large, it was not read' }];
  const { certificates, damaged, others, privateKey, unreadable } = content;
  return [
    ...(privateKey === undefined ? [] : [{ zh: '私钥', en: 'a private key' }]),
    ...(unreadable === undefined ? [] : [{ zh: '内容过多，未全部读取', en: 'more than is read of one file' }]),
    ...counted(certificates.length, { zh: '证书', en: 'certificate' }),
    ...counted(damaged.length, { zh: '损坏的证书', en: 'damaged certificate' }),
    ...[...new Set(others.map(({ what }) => what))].map((what) => OTHERS[what]),
  ];
}

function counted(count: number, noun: Bilingual): readonly Bilingual[] {
  if (count === 0) return [];
  return [{ zh: `${String(count)} 张${noun.zh}`, en: `${String(count)} ${noun.en}${count === 1 ? '' : 's'}` }];
}
