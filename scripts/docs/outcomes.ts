import { NOTIFY_OUTCOME_KINDS } from '../../shared/core/notify/notify-outcome-table.ts';
import { RECORD_FIELD_FACTS } from '../../shared/core/outcome-record.ts';
import { COMMON_FIELDS, OUTCOME_KINDS, type OutcomeKind } from '../../shared/core/outcome-table.ts';
import { SWEEP_OUTCOME_KINDS } from '../../shared/core/sweep/sweep-outcome-table.ts';
import { WATCH_OUTCOME_KINDS } from '../../shared/core/sweep/watch-outcome-table.ts';
import { kindRow, kindSection } from './outcome-kind.ts';

const INTRODUCTION = `# 结果一览 · Outcomes

<!-- Made by \`npm run docs\` from the tables of the code; change those, not this page. -->

每一次上传、巡检、定时触发以及通知本身的结果都是日志库中的一条记录。本页由代码中的表生成，与程序所写、所查、所通知的内容一致。

Whatever becomes of an upload, a sweep, a tick or the telling itself is one record in the log store. This page is made
from the tables that the program itself works with. What to do about each kind, in one table: [operations.md](operations.md#outcomes).

## 查询 · Asking the log store

日志库需要索引，且索引只对建立之后写入的记录生效 · The log store needs an index, and an index covers only what is written
after it exists:

\`\`\`sh
mqtt-certs log index            # 与所需索引的差异 · what differs from the index it should have
mqtt-certs log index --apply    # 建立或更新 · creates or updates it
\`\`\`

\`\`\`sh
mqtt-certs log tail --follow                                    # 最近发生的事 · what happens
mqtt-certs log query --since 1d --severity warning              # 警告及以上 · warnings and worse
mqtt-certs log query --kind pair-rejected --since 7d            # 某一类 · one kind
mqtt-certs log query --instance <id> --ca <serial> --since 30d  # 某个 CA · one CA
mqtt-certs log query 'correlation_id: 0123456789abcdef'         # 一次上传的全部记录 · everything about one drop
\`\`\`

在控制台中 · In the console:

| 目的 · wanted | 查询 · query |
| --- | --- |
| 某次巡检 · one sweep | \`sweep_id: 20260101T060000Z\` |
| 某个设备 · one device | \`device_sn: c0ffee01\` |
| 谁上传了什么 · who uploaded what | \`kind: ca-registered and actor: *\` |
| 每天各类事件数 · events of each kind a day | \`* \\| select date_trunc('day', __time__) as day, kind, count(distinct event_id) as n group by day, kind\` |
| 某函数调用的日志 · the log of one invocation | \`function_request_id\` 的值，在函数日志库中 · its value, in the functions' own log store |

同一事件可能被写入两次（应答丢失后重写），计数请用 \`count(distinct event_id)\` · A record may be there twice, because a
write whose answer was lost is repeated: count distinct \`event_id\`.
`;

const GROUPS: readonly { readonly title: string; readonly kinds: readonly string[] }[] = [
  { title: '上传、事件与配置 · Drops, events and settings', kinds: Object.keys(OUTCOME_KINDS).filter(isOfNoTable) },
  { title: '巡检 · Sweeps', kinds: Object.keys(SWEEP_OUTCOME_KINDS) },
  { title: '监视清单 · Watch lists', kinds: Object.keys(WATCH_OUTCOME_KINDS) },
  { title: '通知 · The telling itself', kinds: Object.keys(NOTIFY_OUTCOME_KINDS) },
];

function isOfNoTable(kind: string): boolean {
  return [SWEEP_OUTCOME_KINDS, WATCH_OUTCOME_KINDS, NOTIFY_OUTCOME_KINDS].every((table) => !Object.hasOwn(table, kind));
}

/** `docs/outcomes.md`: how to query, every field, every kind. The same tables give the same text. */
export function outcomesPage(): string {
  return [
    INTRODUCTION,
    fieldTable(),
    '## 类型 · Kinds\n',
    ...GROUPS.flatMap(({ kinds, title }) => [
      `### ${title}\n`,
      [
        '| 类型 · kind | 级别 · severity | 通知 · told | |',
        '| --- | --- | --- | --- |',
        ...kinds.map((kind) => kindRow(kind as OutcomeKind)),
        '',
      ].join('\n'),
      ...kinds.map((kind) => kindSection(kind as OutcomeKind)),
    ]),
  ].join('\n');
}

function fieldTable(): string {
  const rows = Object.entries(RECORD_FIELD_FACTS).map(
    ([name, { en, type, zh }]) => `| \`${name}\` | ${type} | ${zh} | ${en} |`,
  );
  const common = COMMON_FIELDS.map((name) => `\`${name}\``).join(', ');
  return [
    '## 字段 · Fields\n',
    '值都是文本；空字段不写 · Every value is text, and empty fields are left out.\n',
    '| 字段 · field | 索引 · index | 含义 | meaning |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `每一类记录都可能有 · Records of every kind can have: ${common}. 其余见各类型 · The others are named with each kind.\n`,
  ].join('\n');
}
