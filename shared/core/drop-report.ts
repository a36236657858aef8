import type { DisplayText } from './display-text.ts';
import type { Bilingual } from './openapi-code.ts';
import type { ReportedProblem } from './reported-problem.ts';
import { safeJson } from './safe-json.ts';

/** Whether the registration code of this drop can still be used. */
export type CodeState = 'unused' | 'used' | 'unknown';

/** One file of the drop, where it was and where it is. */
export interface ReportedFile {
  /** As people named it. Raw: only ever written as JSON or through `shown`. */
  readonly key: string;
  readonly etag: string;
  readonly archivedName: string;
  /** Absent when the file was too large to be read. */
  readonly sha256?: string;
  /** The name made safe to show. */
  readonly shown: DisplayText;
  /** What is in it, in a few words. */
  readonly holds: Bilingual;
}

/** Everything a reason says. */
export interface ReasonFacts {
  readonly kind: string;
  readonly title: Bilingual;
  readonly at: string;
  readonly instance: string | undefined;
  readonly caName: DisplayText | undefined;
  readonly dropId: string;
  readonly problems: readonly ReportedProblem[];
  readonly code: CodeState;
  readonly files: readonly ReportedFile[];
  /** Where the files lie now. */
  readonly folder: string;
  /** The folder to upload to again; `undefined` when that is not the next step. */
  readonly nextFolder: string | undefined;
}

const CODE_STATE: Readonly<Record<CodeState, Bilingual>> = {
  unused: {
    zh: '本次上传没有使用注册码；只要它没有在别处用过，下一次上传仍可使用。',
    en: 'This drop did not use its registration code: unless it was used elsewhere, it is good for the next upload.',
  },
  used: {
    zh: '注册码已失效，请重新获取（mqtt-certs code）。',
    en: 'The registration code is spent; ask for a new one (mqtt-certs code).',
  },
  unknown: {
    zh: '不能确定注册码是否仍有效；若下次报 RegisterCodeUsed，请重新获取。',
    en: 'Whether the registration code is still good is not known; on RegisterCodeUsed ask for a new one.',
  },
};

/** `reason.json`: everything in `reason.txt` for machines, with the raw names of people's files. */
export function reasonJson(facts: ReasonFacts): string {
  return `${safeJson({ schema: 1, ...facts, registrationCode: CODE_STATE[facts.code].en }, 2)}\n`;
}

/** `reason.txt`: Chinese first, then English; nothing in it can be mistaken for markup or a terminal escape. */
export function reasonText(facts: ReasonFacts): string {
  return `${inLanguage(facts, 'zh')}\n${'-'.repeat(72)}\n\n${inLanguage(facts, 'en')}`;
}

const WORDS = {
  zh: {
    found: '发现',
    needed: '需要',
    fix: '处理',
    command: '命令',
    warning: '提醒',
    code: '注册码',
    files: '文件现在的位置',
    next: '下一步',
    again: '修正后，把两个证书一起上传到',
    check: '上传前可先检查：mqtt-certs check <文件…>',
  },
  en: {
    found: 'found',
    needed: 'needed',
    fix: 'to mend it',
    command: 'command',
    warning: 'warning',
    code: 'Registration code',
    files: 'Where the files are now',
    next: 'Next',
    again: 'mend what is named above and upload both certificates together to',
    check: 'To check before uploading: mqtt-certs check <files…>',
  },
} as const;

function inLanguage(facts: ReasonFacts, language: 'zh' | 'en'): string {
  const words = WORDS[language];
  const lines = [facts.title[language], ''];
  facts.problems.forEach((problem, index) => {
    lines.push(...problemLines(problem, index + 1, language));
  });
  lines.push('', `${words.code}: ${CODE_STATE[facts.code][language]}`, `${words.files}: ${facts.folder}`);
  for (const file of facts.files) lines.push(`  ${file.shown} (${file.holds[language]}) -> ${file.archivedName}`);
  if (facts.nextFolder !== undefined) {
    lines.push(`${words.next}: ${words.again} ${facts.nextFolder}`, words.check);
  }
  return `${lines.join('\n')}\n`;
}

function problemLines(problem: ReportedProblem, number: number, language: 'zh' | 'en'): readonly string[] {
  const words = WORDS[language];
  const where = problem.file === undefined ? '' : `${problem.file}: `;
  const mark = problem.blocks ? '' : `[${words.warning}] `;
  const lines = [`${String(number)}. ${mark}${where}${problem.what[language]} [${problem.code}]`];
  if (problem.found !== '') lines.push(`   ${words.found}: ${problem.found}`);
  if (problem.needed !== undefined) lines.push(`   ${words.needed}: ${problem.needed[language]}`);
  lines.push(`   ${words.fix}: ${problem.fix[language]}`);
  if (problem.command !== undefined) lines.push(`   ${words.command}: ${problem.command}`);
  return lines;
}
