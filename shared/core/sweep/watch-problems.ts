import type { Bilingual } from '../openapi-code.ts';

/** What is wrong and what mends it. */
export interface WatchProblemFacts {
  readonly what: Bilingual;
  readonly fix: Bilingual;
}

const WRITE_SERIAL: Bilingual = {
  zh: '按 0x… 写十六进制，按 dec:… 写十进制，例如 0x356217374433 或 dec:58695412565043。',
  en: 'Write 0x… for hex or dec:… for decimal, for example 0x356217374433 or dec:58695412565043.',
};
const AS_TEXT: Bilingual = {
  zh: '把该列的单元格格式设为“文本”后重新粘贴原始序列号；Excel 丢掉的数字无法找回。',
  en: 'Format the column as text and paste the original serials again; the digits Excel dropped can not be recovered.',
};

/** What can be wrong with one line; the others are not touched by it. */
export const WATCH_LINE_PROBLEMS = {
  'line-too-long': {
    what: { zh: '该行过长', en: 'the line is longer than 4,096 octets' },
    fix: { zh: '检查换行符和引号。', en: 'Look for lost line ends and quotes.' },
  },
  'not-text': {
    what: { zh: '该行含有控制字符', en: 'the line holds control characters' },
    fix: { zh: '另存为 UTF-8 编码的 CSV。', en: 'Save the file as CSV in UTF-8.' },
  },
  quotes: {
    what: { zh: '引号不成对或位置不对', en: 'a quote is left open or stands inside a cell' },
    fix: {
      zh: '引号要包住整个单元格，单元格内的引号写两次，单元格内不能换行。',
      en: 'Quotes enclose a whole cell; inside it a quote is written twice, and a line break is not possible.',
    },
  },
  'too-many-cells': {
    what: { zh: '单元格比表头多', en: 'there are more cells than the header names' },
    fix: { zh: '含分隔符的名称要加引号。', en: 'Quote a name that contains the separator.' },
  },
  'other-separator': {
    what: { zh: '分隔符与表头不同', en: 'the line is not separated as the header is' },
    fix: { zh: '整个文件使用同一种分隔符。', en: 'Use one separator throughout the file.' },
  },
  'device-empty': {
    what: { zh: '缺少设备序列号', en: 'device_sn is empty' },
    fix: {
      zh: '填写设备证书序列号，或用 * 表示该 CA 的全部设备。',
      en: 'Write a device serial, or * for all devices of the CA.',
    },
  },
  'ca-empty': {
    what: { zh: '缺少 CA 序列号', en: 'ca_sn is empty' },
    fix: {
      zh: '填写签发该设备证书的 CA 的序列号。',
      en: 'Write the serial of the CA that issued the device certificate.',
    },
  },
  'digits-only': {
    what: {
      zh: '序列号全是数字，无法判断是十六进制还是十进制',
      en: 'the serial is all digits: hex or decimal is not guessed',
    },
    fix: WRITE_SERIAL,
  },
  'excel-number': {
    what: { zh: '序列号被 Excel 改成了科学计数法', en: 'Excel turned the serial into a rounded number' },
    fix: AS_TEXT,
  },
  'excel-decimal': {
    what: { zh: '序列号被当作小数保存', en: 'the serial was saved as a number with a fraction' },
    fix: AS_TEXT,
  },
  'excel-hashes': {
    what: { zh: '导出的是 ####，列宽不够', en: 'the cell holds ####, what a spreadsheet shows in a column too narrow' },
    fix: AS_TEXT,
  },
  'serial-zero': {
    what: { zh: '序列号为零', en: 'the serial is zero' },
    fix: { zh: '核对证书的序列号。', en: 'Look the serial up in the certificate.' },
  },
  'serial-negative': {
    what: { zh: '序列号为负数', en: 'the serial is negative' },
    fix: { zh: '核对证书的序列号。', en: 'Look the serial up in the certificate.' },
  },
  'serial-too-long': {
    what: { zh: '序列号超过 20 个字节', en: 'the serial has more than 20 octets' },
    fix: {
      zh: '核对证书的序列号；可能填成了指纹。',
      en: 'Look the serial up in the certificate; it may be a fingerprint.',
    },
  },
  'serial-not-hex': {
    what: { zh: '不是序列号', en: 'this is no serial' },
    fix: WRITE_SERIAL,
  },
  'ca-star': {
    what: { zh: '* 只能用于 device_sn', en: '* stands for devices only, not for CAs' },
    fix: { zh: '每个 CA 写一行。', en: 'Write one line for each CA.' },
  },
  'reactivate-unreadable': {
    what: { zh: 'reactivate 无法识别，按 no 处理', en: 'reactivate is neither yes nor no; it counts as no' },
    fix: { zh: '填写 yes 或 no，或留空。', en: 'Write yes or no, or leave it empty.' },
  },
  'column-unknown': {
    what: {
      zh: '表头有未知的列；文件里没有 reactivate 列，因此都按 no 处理',
      en: 'the header names an unknown column; without a reactivate column beside it everything in the file counts as no',
    },
    fix: { zh: '更正列名，或增加 reactivate 列。', en: 'Correct the column name, or add a column reactivate.' },
  },
  contradictory: {
    what: { zh: '同一设备既写 yes 又写 no，按 no 处理', en: 'reactivate is yes here and no there; it counts as no' },
    fix: { zh: '删除其中一行。', en: 'Remove one of the lines.' },
  },
  'too-many-cas': {
    what: { zh: '实例的 CA 数量超过上限', en: 'the lists of this instance name more than 10,000 CAs' },
    fix: { zh: '检查 ca_sn 列是否填错。', en: 'Look whether the column ca_sn holds what it should.' },
  },
} as const satisfies Record<string, WatchProblemFacts>;

/** The stable code of what is wrong with a line. */
export type WatchLineProblem = keyof typeof WATCH_LINE_PROBLEMS;

const SAVE_AS_CSV: Bilingual = {
  zh: '在 Excel 中另存为“CSV UTF-8（逗号分隔）”。',
  en: 'Save it as "CSV UTF-8 (comma delimited)".',
};
const WRITE_HEADER: Bilingual = {
  zh: '第一行写 device_sn,ca_sn,name,reactivate（后两列可省略）。',
  en: 'Write device_sn,ca_sn,name,reactivate as the first line; the last two are optional.',
};
const RIGHT_PLACE: Bilingual = {
  zh: '正确的位置是 watch/<实例>/<任意名称>.csv。',
  en: 'The right place is watch/<instance>/<any name>.csv.',
};
const SPLIT_UP: Bilingual = {
  zh: '整个部署的上限：2,000,000 行、200 MB、1,000 个文件。用 device_sn * 监视整个 CA 可以大幅缩小清单。',
  en: 'The limits of a deployment: 2,000,000 lines, 200 MB, 1,000 files. A line with device_sn * watches a whole CA.',
};

/** What can make a whole file useless; its last good version stays in force for 24 hours. */
export const WATCH_FILE_PROBLEMS = {
  empty: { what: { zh: '文件是空的', en: 'the file is empty, without even a header' }, fix: WRITE_HEADER },
  'excel-workbook': {
    what: { zh: '这是 Excel 工作簿，不是 CSV', en: 'this is an Excel workbook, not CSV' },
    fix: SAVE_AS_CSV,
  },
  compressed: {
    what: { zh: '这是压缩文件', en: 'this is a compressed file' },
    fix: { zh: '解压后上传 CSV。', en: 'Unpack it and upload the CSV.' },
  },
  'header-missing': {
    what: { zh: '没有表头，第一行就是数据', en: 'there is no header: the first line is data' },
    fix: WRITE_HEADER,
  },
  'header-unreadable': {
    what: { zh: '表头无法识别', en: 'the first line is no header of a watch list' },
    fix: WRITE_HEADER,
  },
  'column-missing': {
    what: { zh: '表头缺少 device_sn 或 ca_sn', en: 'the header lacks device_sn or ca_sn' },
    fix: WRITE_HEADER,
  },
  'column-twice': { what: { zh: '表头中同一列出现两次', en: 'the header names a column twice' }, fix: WRITE_HEADER },
  'no-good-line': {
    what: { zh: '没有一行可用', en: 'not one line can be used' },
    fix: { zh: '按该文件的逐行问题修正。', en: 'Mend what is said about its lines.' },
  },
  'private-key': {
    what: { zh: '文件里有私钥', en: 'the file holds a private key' },
    fix: {
      zh: '立即删除该文件，并将该私钥视为已泄露。',
      en: 'Delete the file at once and treat the key as compromised.',
    },
  },
  'too-many-lines': {
    what: { zh: '监视清单总行数超过上限', en: 'with this file the watch lists have too many lines' },
    fix: SPLIT_UP,
  },
  'too-large': {
    what: { zh: '监视清单总大小超过上限', en: 'with this file the watch lists are too large' },
    fix: SPLIT_UP,
  },
  'too-many-files': { what: { zh: '监视清单文件数超过上限', en: 'there are too many watch lists' }, fix: SPLIT_UP },
  'kept-changing': {
    what: { zh: '读取时文件不断被替换', en: 'the file was replaced again and again while it was read' },
    fix: { zh: '无需操作；下一次巡检会再读。', en: 'Nothing to do; the next sweep reads it again.' },
  },
  'store-refused': {
    what: { zh: '对象存储没有给出该文件', en: 'the object store did not hand the file out' },
    fix: {
      zh: '检查该对象的权限和存储类型（归档对象需先解冻）。',
      en: 'Check its permissions and storage class (archived objects have to be restored).',
    },
  },
  'instance-unknown': {
    what: { zh: '目录不是已配置的实例', en: 'its folder is no configured instance' },
    fix: RIGHT_PLACE,
  },
  nested: { what: { zh: '文件的目录层级不对', en: 'the file lies in the wrong folder' }, fix: RIGHT_PLACE },
  'not-csv': { what: { zh: '文件名不是 .csv', en: 'the name does not end in .csv' }, fix: RIGHT_PLACE },
} as const satisfies Record<string, WatchProblemFacts>;

/** The stable code of what is wrong with a file. */
export type WatchFileProblem = keyof typeof WATCH_FILE_PROBLEMS;
