import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../terminal/command-error.ts';
import { writeJsonLine } from '../terminal/command-io.ts';
import type { RunCommand } from './run-command.ts';

/** Where the page lies in the project. */
const PAGE = 'docs/outcomes.md';

/** Adds `mqtt-certs docs`, which `npm run docs` runs. */
export function addDocsCommand(program: Command, run: RunCommand): void {
  program
    .command('docs', { hidden: true }) // for those who work on this project
    .summary('write docs/outcomes.md from the tables of the code')
    .description(
      'Writes docs/outcomes.md of this project from the tables of the code; "npm test" fails while it is not current.',
    )
    .option('--json', 'answer in JSON')
    .action((options: { readonly json?: true }) =>
      run(options, async (io) => {
        const { outcomesPage } = await import('../docs/outcomes.ts'); // lazily: no other command needs it
        await writeFile(join(io.projectFolder, PAGE), outcomesPage());
        if (options.json === true) writeJsonLine(io.stdout, { command: 'docs', written: [PAGE] });
        else io.stdout(`${io.paint.stdout.green('✔')} ${PAGE} is written.\n`);
        return EXIT.good;
      }),
    );
}
