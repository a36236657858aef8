import { displayText } from '../../shared/core/display-text.ts';
import { countOf } from '../../shared/core/sweep/packed-serials.ts';
import type { ShownLine } from '../../shared/core/sweep/watch-bad-lines.ts';
import type { CompiledWatchList } from '../../shared/core/sweep/watch-list.ts';
import {
  WATCH_FILE_PROBLEMS,
  WATCH_LINE_PROBLEMS,
  type WatchProblemFacts,
} from '../../shared/core/sweep/watch-problems.ts';
import type { Painter } from '../terminal/colour.ts';
import { type Language, sentencesIn } from '../terminal/language.ts';
import { counted } from '../terminal/table.ts';
import type { LocalWatchFile } from './local-watch-file.ts';

const LINES_SHOWN = 20;

/** How a report is to look. */
export interface CheckView {
  readonly paint: Painter;
  readonly language: Language;
  readonly all: boolean;
}

/** Whether the sweep would take every line as it is meant. */
export function isSound(checked: LocalWatchFile): boolean {
  return checked.kind === 'read' && checked.bad.count === 0;
}

/** What the check of a watch list found, for people: the verdict, then each bad line as `file:line`. */
export function watchCheckReport(file: string, checked: LocalWatchFile, view: CheckView): string {
  const { bold, dim, green, red, yellow } = view.paint;
  const name = displayText(file, 200);
  if (checked.kind === 'refused') {
    const facts: WatchProblemFacts = WATCH_FILE_PROBLEMS[checked.problem];
    const shown = checked.shown === '' ? '' : dim(`  ${displayText(checked.shown)}`);
    return [
      `${red('✖')} ${bold(`${name} can not be used: ${checked.problem}`)}${shown}`,
      ...sentences(facts, view),
      ...badLines(name, checked, view),
      '',
    ].join('\n');
  }
  const mark = checked.bad.count === 0 ? green('✔') : yellow('▲');
  const bad = checked.bad.count === 0 ? 'every line is good' : counted(checked.bad.count, 'bad line');
  return [
    `${mark} ${bold(`${name}: ${sizeText(checked.list)}; ${bad}`)}  ${dim(`${counted(checked.lines, 'line')}, ${checked.encoding}`)}`,
    ...badLines(name, checked, view),
    '',
  ].join('\n');
}

/** `40 devices under 3 CAs, 1 whole CA`. */
export function sizeText({ cas }: CompiledWatchList): string {
  const named = cas.filter(({ devices }) => devices.length > 0);
  const devices = named.reduce((sum, ca) => sum + countOf(ca.devices), 0);
  const stars = cas.filter(({ star }) => star !== undefined).length;
  const whole = stars === 0 ? '' : `, ${counted(stars, 'whole CA')}`;
  return `${counted(devices, 'device')} under ${counted(named.length, 'CA')}${whole}`;
}

/** The same for machines, both languages. */
export function watchCheckJson(file: string, checked: LocalWatchFile): Readonly<Record<string, unknown>> {
  const bad = checked.bad.first.map((line) => ({ ...line, ...WATCH_LINE_PROBLEMS[line.code] }));
  if (checked.kind === 'refused') {
    const facts = WATCH_FILE_PROBLEMS[checked.problem];
    return { file, verdict: 'refused', problem: checked.problem, ...facts, badLines: checked.bad.count, bad };
  }
  const { cas } = checked.list;
  return {
    file,
    verdict: checked.bad.count === 0 ? 'good' : 'bad-lines',
    lines: checked.lines,
    encoding: checked.encoding,
    devices: cas.reduce((sum, { devices }) => sum + countOf(devices), 0),
    cas: cas.map(({ ca, devices, star }) => ({ ca, devices: countOf(devices), wholeCa: star !== undefined })),
    badLines: checked.bad.count,
    bad,
  };
}

function sentences(facts: WatchProblemFacts, { language, paint }: CheckView): string[] {
  return [
    ...sentencesIn(language, facts.what).map((what) => `    ${what}`),
    ...sentencesIn(language, facts.fix).map((fix) => `    ${paint.cyan('→')} ${fix}`),
  ];
}

function badLines(file: string, { bad }: LocalWatchFile, view: CheckView): string[] {
  const shown = view.all ? bad.first : bad.first.slice(0, LINES_SHOWN);
  const left = bad.count - shown.length;
  const explained = new Set<string>();
  const lines = shown.flatMap((line) => badLine(file, line, view, explained));
  return left === 0 ? lines : [...lines, view.paint.dim(`  … and ${counted(left, 'more bad line')}; --all names them`)];
}

// What a code means is said with the first line that has it.
function badLine(file: string, { code, line, shown }: ShownLine, view: CheckView, explained: Set<string>): string[] {
  const head = `  ${view.paint.yellow('▲')} ${file}:${line}  ${view.paint.bold(code)}  ${shown}`.trimEnd();
  if (explained.has(code)) return [head];
  explained.add(code);
  return [head, ...sentences(WATCH_LINE_PROBLEMS[code], view).map((text) => `  ${text}`)];
}
