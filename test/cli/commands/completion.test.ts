import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Command } from 'commander';
import { Profiles } from '../../../src/cli/api/profiles';
import { completionCommand } from '../../../src/cli/commands/completion';
import { bashLine, bashWord } from '../../../src/cli/commands/completion-bash';
import { comesNext } from '../../../src/cli/commands/completion-words';
import { poolCommand } from '../../../src/cli/commands/pool';
import { runCommand } from '../../../src/cli/commands/run';
import { workerCommand } from '../../../src/cli/commands/worker';
import { onPath } from '../../../src/local-cluster/platform';
import { makePool, makeStack } from '../../control-plane/support/control-plane';
import { fromPackage, INSTALL_TIMEOUT_MS } from '../../support/debian-package';
import { CommandLine, done } from '../support/command-line';
import { TestWorker } from '../support/worker';

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
    ['pool list --output=y', ['--output=yaml']],
    ['run task x -- pool ', []],
    ['nothing x', []],
  ])('after %j', (typed, expected) => {
    expect(comesNext(program, typed.split(' '))).toEqual({ words: expected });
  });
});

/** In each shell: completes lines, one after the other, and prints what there is for each on a line. */
const SHELLS: Readonly<
  Record<
    string,
    { readonly arguments: readonly string[]; readonly asks: (script: string, lines: readonly string[]) => string }
  >
> = {
  bash: {
    arguments: ['--norc', '-c'],
    asks: (script, lines) => `${script}
complete_line() {
  COMP_LINE="worker-pools $1" COMP_POINT=$((13 + \${#1}))
  _worker_pools
  echo "\${COMPREPLY[*]}"
}
${lines.map((line) => `complete_line "${line}"`).join('\n')}`,
  },
  zsh: {
    arguments: ['-f', '-c'],
    // What the completion system would bring.
    asks: (script, lines) => `compdef() { : }
compadd() { print -r -- "\${(@P)2}" }
_files() { print }
${script}
complete_line() {
  words=("\${(@z)1}") CURRENT=\${#\${(@z)1}}
  [[ "$1" == *' ' ]] && { words+=(''); (( CURRENT += 1 )) }
  _worker_pools
}
${lines.map((line) => `complete_line "worker-pools ${line}"`).join('\n')}`,
  },
  fish: {
    arguments: ['--no-config', '-c'],
    asks: (script, lines) => `${script}
cd (mktemp -d)
${lines.map((line) => `echo (complete -C "worker-pools ${line}" | string join ' ')`).join('\n')}`,
  },
};

describe('names', () => {
  test.each<[string, object]>([
    ['pool show ', { kind: 'pool', begun: '', given: [] }],
    ['worker drain production w', { kind: 'worker', begun: 'w', given: ['production'] }],
    ['worker drain production a b', { kind: 'worker', given: ['production', 'a'] }],
    ['run log 01', { kind: 'run', begun: '01' }],
    ['run list --pool p', { kind: 'pool', begun: 'p', prefix: '' }],
    ['run list --pool=p', { kind: 'pool', begun: 'p', prefix: '--pool=' }],
    ['pool list --profile m', { kind: 'profile', begun: 'm' }],
    ['pool show --profile other --url=https://a ', { flags: { profile: 'other', url: 'https://a' } }],
  ])('of what is meant after %j', (typed, names) => {
    expect(comesNext(program, typed.split(' '))).toMatchObject({ words: [], names });
  });
});

describe('a line of bash', () => {
  test.each<[line: string, words: string[], name: string, inserted: string[]]>([
    ['wp pool show Ma', ['wp', 'pool', 'show', 'Ma'], 'Main worker', ['Main\\ worker']],
    ['wp pool show Main\\ w', ['wp', 'pool', 'show', 'Main w'], 'Main worker', ['Main\\ worker']],
    ['wp pool show "Main w', ['wp', 'pool', 'show', 'Main w'], 'Main "$x" worker', ['Main \\"\\$x\\" worker']],
    ["wp pool show 'it", ['wp', 'pool', 'show', 'it'], "it's", []],
    ['wp run list --pool=Ma', ['wp', 'run', 'list', '--pool=Ma'], '--pool=Main', ['Main']],
    ['wp pool show a:', ['wp', 'pool', 'show', 'a:'], 'a:b', ['b']],
    ['wp pool show ', ['wp', 'pool', 'show', ''], '$(reboot);*', ['\\$\\(reboot\\)\\;\\*']],
    ["wp task s -- 'a b' ''", ['wp', 'task', 's', '--', 'a b', ''], 'x', ['x']],
  ])('%j is read as its words, and completed as it is typed', (line, words, name, inserted) => {
    const read = bashLine(line);
    expect(read.words).toEqual(words);
    expect(bashWord(read, name)).toEqual(inserted);
  });
});

describe('a shell', () => {
  let cli: CommandLine;
  let environment: NodeJS.ProcessEnv;
  let run: string;
  let worker: TestWorker;

  beforeAll(async () => {
    cli = await CommandLine.open();
    const pool = await makePool(cli.controlPlane, 'Main worker');
    await makePool(cli.controlPlane, 'spare');
    await makeStack(cli.controlPlane, pool.id, 'network');
    worker = await TestWorker.register(pool);
    run = (await cli.controlPlane.admin.createRun({ stack: 'network' })).id;
    const address = ['--url', cli.controlPlane.url, '--ca', cli.controlPlane.file('ca.crt')];
    const loggedIn = await cli.bare
      .reading(JSON.stringify(cli.controlPlane.apiKey))
      .run('profile', 'login', 'mine', ...address);
    expect(loggedIn).toMatchObject({ exitCode: 0 });
    expect(await cli.bare.run('pool', 'list', '-o', 'name')).toMatchObject({ exitCode: 0 });
    mkdirSync(cli.at('bin'));
    environment = cli.bare.command(cli.at('bin', 'worker-pools'));
  });

  afterAll(async () => {
    await worker?.close();
    await cli?.close();
  });

  /** What is typed after the program's name, and what then may come. */
  const typed = (): [string, string][] => [
    ['pool sh', 'show'],
    ['pool show Ma', 'Main worker'],
    ['stack show net', 'network'],
    [`run show ${run.slice(0, -1)}`, run],
    ["worker drain 'Main worker' ", 'pool-worker'],
    ['key delete a', 'admin'],
    ['pool list --profile m', 'mine'],
    ['run list --pool=sp', '--pool=spare'],
    ['stack show nothing', ''],
  ];

  async function complete(shell: string, lines: readonly string[]): Promise<string> {
    const { arguments: given, asks } = SHELLS[shell]!;
    const path = await fromPackage(shell, `The shell ${shell}`, () => onPath(shell));
    const { stdout: script } = await cli.bare.run('completion', shell);
    const { stdout, stderr } = await promisify(execFile)(path, [...given, asks(script, lines)], { env: environment });
    expect(stderr).toBe('');
    return stdout;
  }

  test.each(Object.keys(SHELLS))(
    '%s completes commands, flags and names of what the control plane has',
    async (shell) => {
      const lines = typed();
      const found = await complete(
        shell,
        lines.map(([line]) => line),
      );
      const inserted = shell === 'bash' ? asBashInserts : (word: string) => word;
      expect(found.split('\n').slice(0, -1)).toEqual(lines.map(([, word]) => inserted(word)));
    },
    INSTALL_TIMEOUT_MS,
  );

  const asBashInserts = (word: string): string => word.replace('--pool=', '').replace(' ', '\\ ');

  const words = (...begun: string[]) => cli.bare.run('completion', 'words', '--', ...begun);
  const session = () => cli.at('config', 'worker-pools', 'sessions', 'mine.json');

  test('nothing is said, and nothing is stored, without a session that is good', async () => {
    const kept = readFileSync(session(), 'utf8');
    try {
      rmSync(session());
      expect(await words('pool', 'show', '')).toEqual(done(''));
      expect(existsSync(session())).toBe(false);
      const ended = kept.replace(/"jwt":"[^"]*"/, '"jwt":"ended"');
      writeFileSync(session(), ended, { mode: 0o600 });
      expect(await words('pool', 'show', '')).toEqual(done(''));
      expect(readFileSync(session(), 'utf8')).toBe(ended);
    } finally {
      writeFileSync(session(), kept, { mode: 0o600 });
    }
  });

  test('nobody waits for a control plane that does not answer', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    try {
      await once(silent, 'listening');
      const url = `http://127.0.0.1:${(silent.address() as { port: number }).port}`;
      const profile = { url, ca: null, apiKeyId: 'x', secret: 'x', secretFile: null };
      const profiles = new Profiles(cli.at('config', 'worker-pools'));
      profiles.set('silent', profile);
      profiles.session('silent', profile).write('jwt', Math.floor(Date.now() / 1000) + 3600);
      expect(await words('pool', 'show', '--profile', 'silent', '')).toEqual(done(''));
    } finally {
      silent.close();
    }
  });
});
