import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { completionCommand, nextWords } from '../../../src/cli/commands/completion';
import { poolCommand } from '../../../src/cli/commands/pool';
import { runCommand } from '../../../src/cli/commands/run';
import { workerCommand } from '../../../src/cli/commands/worker';

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
    ['run trigger --follow --pro', ['--proposed']],
    ['pool show ', []],
    ['nothing x', []],
  ])('after %j', (typed, expected) => {
    expect(nextWords(program, typed.split(' '))).toEqual(expected);
  });
});

test('bash takes its script, and asks the program', async () => {
  let script = '';
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = ((text: string) => (script += text)) as unknown as typeof process.stdout.write;
  try {
    await program.parseAsync(['completion', 'bash'], { from: 'user' });
  } finally {
    process.stdout.write = write;
  }
  const asked = `worker-pools() { printf '%s\\n' "$@"; }
${script}
COMP_WORDS=(worker-pools pool sh) COMP_CWORD=2
_worker_pools
printf '%s|' "\${COMPREPLY[@]}"
complete -p worker-pools`;
  const { stdout } = await promisify(execFile)('bash', ['--norc', '-c', asked]);
  expect(stdout).toContain('completion|words|--|pool|sh|');
  expect(stdout).toContain('complete -o default -F _worker_pools worker-pools');
});
