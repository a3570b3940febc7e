import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { completionCommand, nextWords } from '../../../src/cli/commands/completion';
import { poolCommand } from '../../../src/cli/commands/pool';
import { runCommand } from '../../../src/cli/commands/run';
import { workerCommand } from '../../../src/cli/commands/worker';
import { onPath } from '../../../src/local-cluster/platform';
import { fromPackage, INSTALL_TIMEOUT_MS } from '../../support/debian-package';

const program = new Command('worker-pools');
for (const command of [poolCommand(), workerCommand(), runCommand(), completionCommand()]) program.addCommand(command);

describe('what may come next', () => {
  test.each<[string, string[]]>([
    ['', ['pool', 'worker', 'run', 'completion']],
    ['w', ['worker']],
    ['pool c', ['create', 'cycle']],
    ['worker ', ['list', 'drain', 'undrain']],
    ['pool get --w', ['--watch']],
    ['pool list -o ', ['json', 'yaml', 'name']],
    ['pool list --output y', ['yaml']],
    ['pool create x --key ', ['ec', 'rsa']],
    ['pool create x --out --', []],
    ['run trigger --follow --prop', ['--proposed']],
    ['pool show ', []],
    ['nothing x', []],
  ])('after %j', (typed, expected) => {
    expect(nextWords(program, typed.split(' '))).toEqual(expected);
  });
});

async function scriptOf(shell: string): Promise<string> {
  let script = '';
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((text: string) => (script += text)) as unknown as typeof process.stdout.write;
  try {
    await program.parseAsync(['completion', shell], { from: 'user' });
  } finally {
    process.stdout.write = write;
  }
  return script;
}

/** In each shell: the program is one that prints how it was asked, and `pool sh` was typed. */
const SHELLS: Readonly<
  Record<string, { readonly arguments: readonly string[]; readonly asks: (script: string) => string }>
> = {
  bash: {
    arguments: ['--norc', '-c'],
    asks: (script) => `worker-pools() { printf '%s\\n' "$@"; }
${script}
COMP_WORDS=(worker-pools pool sh) COMP_CWORD=2
_worker_pools
printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  zsh: {
    arguments: ['-f', '-c'],
    // What the completion system would bring.
    asks: (script) => `worker-pools() { print -l -- "$@" }
compdef() { : }
compadd() { print -l -- "\${(@P)2}" }
${script}
words=(worker-pools pool sh) CURRENT=3
_worker_pools`,
  },
  fish: {
    arguments: ['--no-config', '-c'],
    asks: (script) => `function worker-pools
  # fish completes with what begins as the word does.
  test "$argv" = 'completion words -- pool sh'; and echo shown
end
${script}
complete -C 'worker-pools pool sh'`,
  },
};

test.each(Object.keys(SHELLS))(
  '%s takes its script, and asks the program',
  async (shell) => {
    const { arguments: given, asks } = SHELLS[shell]!;
    const path = await fromPackage(shell, `The shell ${shell}`, () => onPath(shell));
    const { stdout } = await promisify(execFile)(path, [...given, asks(await scriptOf(shell))]);
    expect(stdout.trim().split('\n')).toEqual(
      shell === 'fish' ? ['shown'] : ['completion', 'words', '--', 'pool', 'sh'],
    );
  },
  INSTALL_TIMEOUT_MS,
);
