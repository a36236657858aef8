import { type CommandIo, writeJsonLine } from '../terminal/command-io.ts';
import { formatElapsed } from '../terminal/duration.ts';
import { padColumns, wrapColumns } from '../terminal/terminal-text.ts';
import { type ChatMessage, renderBubble } from './chat-bubble.ts';

/** What a step looks like at a glance. */
export type StepMood = 'plain' | 'good' | 'bad' | 'quiet';

/** One thing that happened, told once it has happened. */
export interface Step {
  /** Stable kebab-case name; machines and tests read it. */
  readonly step: string;
  readonly mood: StepMood;
  /** A word or two in the timeline's left column. */
  readonly title: string;
  /** One line each; safe to show. */
  readonly lines: readonly string[];
  /** For `--json`: what the lines say, as fields. */
  readonly facts?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** Where the play is shown. Elapsed times count from the beginning of an act. */
export interface Stage {
  /** Begins an act; its clock starts. */
  readonly beginAct: (act: { readonly name: string; readonly title: string }) => void;
  readonly show: (step: Step) => void;
  /** Shows what a chat shows, the moment it does. */
  readonly say: (message: ChatMessage) => void;
  /** Ends an act with the time it took. */
  readonly endAct: () => void;
  /** The last act is over and everything expected has happened. */
  readonly finish: () => void;
}

const TIME_COLUMNS = 9;
const TITLE_COLUMNS = 18;
const INDENT_COLUMNS = TIME_COLUMNS + 4 + TITLE_COLUMNS + 2;
const LEAST_TEXT_COLUMNS = 40;

/** A timeline for people. */
export function createTimelineStage(io: CommandIo): Stage {
  const { bold, cyan, dim, green, red, yellow } = io.paint.stdout;
  const moods = { plain: (text: string) => text, good: green, bad: yellow, quiet: dim } as const;
  const marks = { plain: cyan('○'), good: green('●'), bad: red('▲'), quiet: dim('·') } as const;
  const textColumns = Math.max(LEAST_TEXT_COLUMNS, io.columns - INDENT_COLUMNS);
  let beganAt = io.now();
  const clock = () => formatElapsed(io.now() - beganAt).padStart(TIME_COLUMNS);
  return {
    beginAct: (act) => {
      beganAt = io.now();
      io.stdout(`\n  ${bold(act.title)}\n`);
    },
    show: (step) => {
      const [first = '', ...more] = step.lines.flatMap((line) => wrapColumns(line, textColumns));
      const head = `${dim(clock())}  ${marks[step.mood]} ${moods[step.mood](padColumns(step.title, TITLE_COLUMNS))}`;
      io.stdout([`${head}  ${first}`, ...more.map((line) => ' '.repeat(INDENT_COLUMNS) + line), ''].join('\n'));
    },
    say: (message) => {
      io.stdout(
        renderBubble('DingTalk', message, io.columns, io.paint.stdout)
          .map((line) => `${line}\n`)
          .join(''),
      );
    },
    endAct: () => io.stdout(`${dim(`${clock()}  ╰─ done`)}\n`),
    finish: () => io.stdout(`\n  ${green('✔')} ${bold('Everything that was expected has happened.')}\n`),
  };
}

/** One JSON line per step: `{"act","step","elapsedMs",…facts}`. */
export function createJsonStage(io: CommandIo): Stage {
  let beganAt = io.now();
  let actName = '';
  return {
    beginAct: (act) => {
      beganAt = io.now();
      actName = act.name;
    },
    show: (step) => {
      writeJsonLine(io.stdout, {
        act: actName,
        step: step.step,
        elapsedMs: Math.round(io.now() - beganAt),
        ...step.facts,
      });
    },
    say: ({ text, title }) => writeJsonLine(io.stdout, { act: actName, step: 'message', title, text }),
    endAct: () => undefined,
    finish: () => writeJsonLine(io.stdout, { step: 'finished' }),
  };
}
