import type { CertificateFacts } from '../../shared/core/certificate-facts.ts';
import { keyText } from '../../shared/core/certificate-key.ts';
import { displayText } from '../../shared/core/display-text.ts';
import type { Located } from '../../shared/core/find-pair.ts';
import type { ProblemWording } from '../../shared/core/pair-check-table.ts';
import { describeProblem, type PairProblem } from '../../shared/core/pair-problem.ts';
import { maskedCommonName } from '../../shared/core/registration-code.ts';
import { isoOf } from '../../shared/core/time.ts';
import type { Painter } from '../terminal/colour.ts';
import { type Language, sentencesIn } from '../terminal/language.ts';
import type { Judgement } from './judge-files.ts';

// The pipeline says of a key that it has left its owner's hands; an offline check has moved nothing.
const KEPT_KEY = {
  zh: '绝不要上传此文件：离线检查没有移动任何内容，私钥仍只在您手中；只上传证书',
  en: 'Never upload this file: an offline check moves nothing, so the key is still in your hands alone; drop certificates only',
};

const KEY_WARNING = {
  zh: '文件中有私钥。不要上传：私钥一旦进入存储桶，该 CA 就应视为已泄露。',
  en: 'There is a private key among these files. Do not upload them: once a key was in a bucket, its CA counts as compromised.',
};

const VERDICTS = {
  good: { zh: '检查通过，可以上传。', en: 'This pair is sound; it can be dropped.' },
  warned: { zh: '可以上传，但请先看下面的提醒。', en: 'This pair can be dropped; read the remarks first.' },
  blocked: { zh: '不能上传：下面的问题会导致注册被拒绝。', en: 'This drop would be rejected.' },
};

const NEEDED = { zh: '需要', en: 'needed' };
const FIX = { zh: '处理', en: 'fix' };

/** The report of `mqtt-certs check` for people. Certificates are described, never printed. */
export function checkReport(
  judgement: Judgement,
  view: { readonly paint: Painter; readonly language: Language },
): string {
  const { bold, cyan, green, red, yellow } = view.paint;
  const lines = [
    ...(judgement.holdsPrivateKey ? sentencesIn(view.language, KEY_WARNING).map((line) => red(bold(`✖ ${line}`))) : []),
    ...certificateLines(judgement, view.paint),
    ...judgement.problems.flatMap((problem, at) =>
      problemLines(problem, isFirstWithCommand(judgement.problems, at), view),
    ),
  ];
  const mark = judgement.isBlocked ? red('✖') : judgement.problems.length > 0 ? yellow('▲') : green('✔');
  const verdict = judgement.isBlocked
    ? VERDICTS.blocked
    : judgement.problems.length > 0
      ? VERDICTS.warned
      : VERDICTS.good;
  const said = sentencesIn(view.language, verdict).map((sentence) => `${mark} ${bold(sentence)}`);
  return [...said, ...lines, ...(judgement.isBlocked ? [] : [cyan('  → inbox/<instance>/<caName>/')]), ''].join('\n');
}

/** The report for machines: every problem in both languages, what was found, and no certificate. */
export function checkJson(judgement: Judgement): unknown {
  return {
    command: 'check',
    verdict: judgement.isBlocked ? 'blocked' : 'good',
    holdsPrivateKey: judgement.holdsPrivateKey,
    ...(judgement.finding.kind === 'pair'
      ? { ca: certificateJson(judgement.finding.ca), verification: certificateJson(judgement.finding.verification) }
      : { missing: judgement.finding.missing }),
    problems: judgement.problems.map((problem) => ({
      code: problem.code,
      severity: problem.severity,
      file: problem.file,
      found: problem.found,
      zh: wording(problem, 'zh'),
      en: wording(problem, 'en'),
      command: commandOf(problem),
    })),
  };
}

function wording(problem: PairProblem, language: 'zh' | 'en'): ProblemWording {
  const { fix, needed, wrong } = describeProblem(problem, language);
  return {
    wrong,
    ...(needed === undefined ? {} : { needed }),
    fix: problem.code === 'private-key-present' ? KEPT_KEY[language] : fix,
  };
}

function commandOf(problem: PairProblem): string | undefined {
  return problem.code === 'private-key-present' ? undefined : describeProblem(problem, 'en').command;
}

function certificateJson({ facts, fileName }: Located): unknown {
  return {
    file: displayText(fileName),
    key: keyText(facts.key),
    ...(facts.serial.kind === 'serial' ? { serial: facts.serial.value } : {}),
    sha256: facts.fingerprint,
    validFrom: isoOf(facts.notBefore),
    validUntil: isoOf(facts.notAfter),
  };
}

function certificateLines({ finding }: Judgement, paint: Painter): string[] {
  if (finding.kind === 'incomplete') return [];
  const { ca, verification } = finding;
  const shownCode = verification.facts.commonNames[0];
  return [
    certificateLine('CA          ', ca, ca.facts.subject.text, paint),
    certificateLine(
      'verification',
      verification,
      shownCode === undefined ? '' : `CN=${maskedCommonName(shownCode)}`,
      paint,
    ),
  ];
}

function certificateLine(role: string, { facts, fileName }: Located, name: string, { dim }: Painter): string {
  const parts = [keyText(facts.key), serialText(facts), `until ${isoOf(facts.notAfter).slice(0, 10)}`, name];
  return `  ${role}  ${displayText(fileName)}  ${dim(parts.filter((part) => part !== '').join(' · '))}`;
}

function serialText(facts: CertificateFacts): string {
  return facts.serial.kind === 'serial' ? `serial ${facts.serial.value}` : `serial ${facts.serial.problem}`;
}

// One OpenSSL line often mends several problems; it is shown with the first of them.
function isFirstWithCommand(problems: readonly PairProblem[], at: number): boolean {
  const commands = problems.map(commandOf);
  return commands[at] !== undefined && commands.indexOf(commands[at]) === at;
}

function problemLines(
  problem: PairProblem,
  showsCommand: boolean,
  view: { readonly paint: Painter; readonly language: Language },
): string[] {
  const { bold, cyan, red, yellow } = view.paint;
  const texts = { zh: wording(problem, 'zh'), en: wording(problem, 'en') };
  const pick = (field: keyof ProblemWording) =>
    sentencesIn(view.language, { zh: texts.zh[field] ?? '', en: texts.en[field] ?? '' }).filter((text) => text !== '');
  const label = (words: typeof FIX) => (view.language === 'zh' ? words.zh : words.en);
  const mark = problem.severity === 'block' ? red('✖') : yellow('▲');
  return [
    '',
    [`  ${mark} ${bold(problem.code)}`, problem.file, problem.found].filter((part) => part !== '').join('  '),
    ...pick('wrong').map((sentence) => `      ${sentence}`),
    ...pick('needed').map((sentence) => `      ${label(NEEDED)}: ${sentence}`),
    ...pick('fix').map((sentence) => `      ${label(FIX)}: ${sentence}`),
    ...(showsCommand ? [`      ${cyan(`$ ${commandOf(problem) ?? ''}`)}`] : []),
  ];
}
