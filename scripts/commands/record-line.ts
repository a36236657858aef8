import { displayText } from '../../shared/core/display-text.ts';
import { sentenceValues } from '../../shared/core/notify/record-values.ts';
import type { OutcomeRecord } from '../../shared/core/outcome-record.ts';
import {
  fillSentence,
  OUTCOME_KINDS,
  type OutcomeKind,
  type OutcomeKindFacts,
  type Severity,
  withoutCommandMarks,
} from '../../shared/core/outcome-table.ts';
import type { Painter } from '../terminal/colour.ts';
import { type Language, sentencesIn } from '../terminal/language.ts';
import { padColumns, terminalText } from '../terminal/terminal-text.ts';

const KIND_COLUMNS = 24;
/** Keys have up to 200 characters in a record. */
const VALUE_MAX = 200;

/**
 * One outcome as a person reads it: a line with time, kind and who it is about; the sentence below; and, when something
 * is to be done, how. What a log store holds is not trusted: a record of a newer version is shown by its own words.
 */
export function renderRecord(
  record: Readonly<Partial<OutcomeRecord>>,
  view: { readonly paint: Painter; readonly language: Language },
): string {
  const { bold, dim } = view.paint;
  const time = terminalText(record.at ?? '', 24).replace('T', ' ');
  const kind = terminalText(record.kind ?? 'unknown', 40);
  const about = [record.instance, record.name].filter((part) => part !== undefined).map((part) => displayText(part));
  const head = `${dim(time)}  ${severityMark(record.severity, view.paint)} ${bold(padColumns(kind, KIND_COLUMNS))}  ${about.join(' / ')}`;
  const said = sentencesIn(view.language, sentenceOf(record)).map((sentence) => `    ${sentence}`);
  const fixes = needsSomeone(record.severity) ? sentencesIn(view.language, fixOf(record)) : [];
  return [head, ...said, ...fixes.map((fix) => `    → ${fix}`), ''].join('\n');
}

function sentenceOf(record: Readonly<Partial<OutcomeRecord>>): { zh: string; en: string } {
  const facts = knownFacts(record.kind);
  const detail = terminalText(record.detail ?? '');
  if (facts === undefined) return { zh: detail, en: detail };
  const zh = filled(facts.zh, record);
  return { zh, en: detail === '' ? filled(facts.en, record) : detail };
}

function fixOf(record: Readonly<Partial<OutcomeRecord>>): { zh: string; en: string } {
  const facts = knownFacts(record.kind);
  const en = terminalText(record.fix ?? '');
  if (facts === undefined) return { zh: en, en };
  return { zh: filled(facts.fixZh, record), en: en === '' ? filled(facts.fixEn, record) : en };
}

function filled(sentence: string, record: Readonly<Partial<OutcomeRecord>>): string {
  const values = Object.entries(sentenceValues(record)).map(([name, value]): [string, string] => [
    name,
    displayText(value, VALUE_MAX),
  ]);
  return terminalText(withoutCommandMarks(fillSentence(sentence, Object.fromEntries(values))));
}

function knownFacts(kind: string | undefined): OutcomeKindFacts | undefined {
  return kind !== undefined && Object.hasOwn(OUTCOME_KINDS, kind) ? OUTCOME_KINDS[kind as OutcomeKind] : undefined;
}

function needsSomeone(severity: string | undefined): boolean {
  return severity === 'warning' || severity === 'critical';
}

function severityMark(severity: string | undefined, paint: Painter): string {
  const marks: Readonly<Record<Severity, string>> = {
    info: paint.dim('·'),
    notice: paint.green('●'),
    warning: paint.yellow('▲'),
    critical: paint.red('✖'),
  };
  return severity !== undefined && Object.hasOwn(marks, severity) ? marks[severity as Severity] : '?';
}
