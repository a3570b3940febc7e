import { Argument, Command } from 'commander';
import { namesLike } from '../api/known-names';
import { commandGroup, withExamples } from '../api/help';
import { print, printNames } from '../api/output';
import { bashLine, bashWord } from './completion-bash';
import { comesNext } from './completion-words';

/** How each shell asks `worker-pools completion words`, which prints what may come next, one a line; else files. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_worker_pools() {
  local word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(worker-pools completion words --bash -- "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
}
complete -o default -F _worker_pools worker-pools
`,
  zsh: `#compdef worker-pools
_worker_pools() {
  local -a found
  found=("\${(@f)$(worker-pools completion words -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _worker_pools worker-pools
`,
  fish: `function __worker_pools
  set -l words (commandline -opc) (commandline -ct | string unescape | string collect --allow-empty)
  worker-pools completion words -- $words[2..-1] 2>/dev/null
end
complete -c worker-pools -a '(__worker_pools)'
`,
};

const EXAMPLES: Readonly<Record<string, string>> = {
  bash: 'completion bash > ~/.local/share/bash-completion/completions/worker-pools',
  zsh: 'completion zsh > "${fpath[1]}/_worker-pools"',
  fish: 'completion fish > ~/.config/fish/completions/worker-pools.fish',
};

/** `worker-pools completion`: lets a shell complete commands, flags, their choices, and names of what there is. */
export function completionCommand(): Command {
  return commandGroup(
    'completion',
    'Print what lets a shell complete commands, flags and names.',
    ...Object.entries(SCRIPTS).map(([shell, script]) =>
      withExamples(
        new Command(shell)
          .description(
            `Print the completion of ${shell}. It completes names of pools, stacks, workers, runs, keys and webhooks, too, while there is a session of the profile in use: it never logs in.`,
          )
          .action(() => print(script.trimEnd())),
        EXAMPLES[shell]!,
      ),
    ),
    wordsCommand(),
  );
}

function wordsCommand(): Command {
  const command = new Command('words')
    .description('Print the words that may come next, for the completion of a shell. It says nothing of what fails.')
    .addArgument(new Argument('[words...]', 'what was typed so far, the last word perhaps in part'))
    .option('--bash', 'the words are one line, as bash has it, and so are those that are printed');
  return withExamples(command, 'completion words -- pool sh').action(
    async (given: readonly string[], { bash = false }: { bash?: boolean }) => {
      let root = command;
      while (root.parent) root = root.parent;
      const line = bash ? bashLine(given[0] ?? '') : undefined;
      const { words, names } = comesNext(root, line ? line.words.slice(1) : given);
      const found = names ? await namesLike(names) : words;
      printNames(line ? found.flatMap((word) => bashWord(line, word)) : found);
    },
  );
}
