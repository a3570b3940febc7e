import { Argument, Command, type Option } from 'commander';
import { commandGroup, withExamples } from '../api/help';

/** How each shell asks `worker-pools completion words`, which prints what may come next, one a line; else files. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_worker_pools() {
  local IFS=$'\\n'
  COMPREPLY=($(worker-pools completion words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _worker_pools worker-pools
`,
  zsh: `#compdef worker-pools
_worker_pools() {
  local -a found
  found=("\${(@f)$(worker-pools completion words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _worker_pools worker-pools
`,
  fish: `function __worker_pools
  set -l words (commandline -opc) (commandline -ct | string collect --allow-empty)
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

/** `worker-pools completion`: lets a shell complete commands, flags and their choices. */
export function completionCommand(): Command {
  return commandGroup(
    'completion',
    'Print what lets a shell complete commands and flags.',
    ...Object.entries(SCRIPTS).map(([shell, script]) =>
      withExamples(
        new Command(shell).description(`Print the completion of ${shell}.`).action(() => {
          process.stdout.write(script);
        }),
        EXAMPLES[shell]!,
      ),
    ),
    wordsCommand(),
  );
}

function wordsCommand(): Command {
  const command = new Command('words')
    .description('Print the words that may come next, for the completion of a shell.')
    .addArgument(new Argument('[words...]', 'what was typed so far, the last word perhaps in part'));
  return withExamples(command, 'completion words -- pool sh').action((words: readonly string[]) => {
    let root = command;
    while (root.parent) root = root.parent;
    process.stdout.write(
      nextWords(root, words)
        .map((word) => `${word}\n`)
        .join(''),
    );
  });
}

/** @param typed the last word is the one that is to be completed */
export function nextWords(program: Command, typed: readonly string[]): string[] {
  let command = program;
  let valueOf: Option | undefined;
  for (const word of typed.slice(0, -1)) {
    if (valueOf) valueOf = undefined;
    else if (word.startsWith('-')) valueOf = optionWithValue(command, word);
    else command = command.commands.find((below) => [below.name(), ...below.aliases()].includes(word)) ?? command;
  }
  const begun = typed.at(-1) ?? '';
  return candidates(command, valueOf, begun).filter((word) => word.startsWith(begun));
}

function candidates(command: Command, valueOf: Option | undefined, begun: string): readonly string[] {
  if (valueOf) return valueOf.argChoices ?? [];
  if (!begun.startsWith('-')) return command.commands.map((below) => below.name());
  return [...command.options.flatMap(({ long }) => long ?? []), '--help'];
}

function optionWithValue(command: Command, flag: string): Option | undefined {
  const option = command.options.find(({ long, short }) => [long, short].includes(flag));
  return option && (option.required || option.optional) ? option : undefined;
}
