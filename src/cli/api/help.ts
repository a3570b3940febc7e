import type { Command } from 'commander';

/** Shows how a command is used, below its help. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const lines = examples.map((example) => `  worker-pools ${example}`).join('\n');
  return command.addHelpText('after', `\n${examples.length === 1 ? 'Example' : 'Examples'}:\n${lines}`);
}

/** What scripts go by. */
export const EXIT_CODES = `
Exit codes:
  0    done; with --follow: the run has FINISHED
  1    refused or failed; with --follow: the run ended otherwise
  130  ended by Ctrl-C; a run that was followed goes on`;

export const IGNORE_HELP = `
All of the folder goes up but .git/ and .terraform/ (its modules do). A file .terraformignore in it says what else stays
behind, with Terraform's meaning: the last rule that fits decides, "name/" is all in a folder, "!" takes back (also
.git/). .gitignore is not read, so node_modules/ and .env go along unless the file says otherwise. Links stay links; those
that lead out of the folder are refused, and nothing outside of it is read.`;
