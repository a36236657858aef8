import { recordOf } from '../../shared/core/outcome.ts';
import { factsOf, type OutcomeKind, type OutcomeKindFacts } from '../../shared/core/outcome-table.ts';
import { epochMs } from '../../shared/core/time.ts';
import { OUTCOME_SAMPLES } from '../alert-samples/outcome-samples.ts';

/** One kind's line in the table of its group. */
export function kindRow(kind: OutcomeKind): string {
  const { lifetime, severity, told } = factsOf(kind);
  const lasts = lifetime === 'condition' ? '持续 · lasts' : '';
  return `| [\`${kind}\`](#${kind}) | ${severity} | ${told ? '是 · yes' : '否 · no'} | ${lasts} |`;
}

/** Everything there is to know about one kind. */
export function kindSection(kind: OutcomeKind): string {
  const facts = factsOf(kind);
  const inputs = ruleInputsOf(kind);
  return [
    `#### ${kind}\n`,
    `**${facts.severity}** · ${telling(facts)}`,
    '',
    ...said(facts.zh, facts.fixZh),
    '',
    ...said(facts.en, facts.fixEn),
    '',
    `- 同一问题 · one problem: ${coded(facts.cause)}`,
    ...(facts.fields.length === 0 ? [] : [`- 字段 · fields: ${coded(facts.fields)}`]),
    ...(inputs.length === 0 ? [] : [`- \`rule_inputs\`: ${coded(inputs)}`]),
    ...(facts.final && isOfDrop(facts)
      ? ['- 此后不再有关于同一次上传的记录 · nothing more is said about the same drop']
      : []),
    '',
  ].join('\n');
}

function isOfDrop({ fields }: OutcomeKindFacts): boolean {
  return fields.includes('correlation_id') && !fields.includes('sweep_id');
}

function telling({ lane, lifetime, severity, told }: OutcomeKindFacts): string {
  if (!told) return '只写入日志库 · log store only';
  const when =
    severity === 'critical'
      ? '立即通知，不论时间 · told at once, whatever the hour'
      : lane === 'normal'
        ? '下一分钟通知 · told within the next minute'
        : '汇总几分钟后通知 · collected for some minutes, then told together';
  const lasting = '持续到结束为止，每天重复 · lasts until it ends, repeated daily';
  return lifetime === 'condition' ? `${when} · ${lasting}` : when;
}

function said(sentence: string, fix: string): readonly string[] {
  return [`> ${inert(sentence)}\\`, `> → ${inert(fix)}`];
}

// What Markdown would take for a tag or emphasis.
function inert(sentence: string): string {
  return sentence.replaceAll(/[<*]/g, (sign) => `\\${sign}`);
}

function coded(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** What a decision of this kind is made from, as its samples say it. */
function ruleInputsOf(kind: OutcomeKind): readonly string[] {
  const run = { functionName: '', functionRequestId: '', configDigest: '', version: '' };
  const names = OUTCOME_SAMPLES[kind].flatMap((outcome) => {
    const { rule_inputs: json = '{}' } = recordOf(outcome, epochMs(0), run);
    return Object.keys(JSON.parse(json) as Readonly<Record<string, unknown>>);
  });
  return [...new Set(names)];
}
