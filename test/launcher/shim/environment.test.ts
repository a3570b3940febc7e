import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { FILE } from '../../../src/launcher/exchange';
import { namesIn } from '../../../src/protocol/environment';
import { until } from '../../support/until';
import { RunPod, SHELLS, step } from '../support/run-pod';

let pod: RunPod;
afterEach(() => pod.remove());

/** A program that is no shell prints all of its environment. */
const PRINT = '/usr/bin/env -0';

const printed = (): Record<string, string> =>
  Object.fromEntries(
    pod
      .exchanged(FILE.output(1, 'stdout'))
      .split('\0')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

const isThere = (name: string): boolean => existsSync(join(pod.paths.exchange, name));

/** A folder with these programs of the machine, as the PATH of an image that has no others. */
async function imagePath(...programs: readonly string[]): Promise<string> {
  const bin = join(pod.root, 'image');
  await mkdir(bin);
  for (const program of programs) await symlink(join('/usr/bin', program), join(bin, program));
  return bin;
}

async function addTool(folder: string, name: string, script: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const LISTS = [
  ['commas', 'A,B'],
  ['commas and blanks', 'A, B'],
  ['blanks', 'A  B'],
  ['tabs', 'A\tB'],
  ['lines', 'A,\nB\n'],
  ['lines of a Windows editor', 'A,\r\nB\r\n'],
  ['nothing between and around some of them', ',,A,,B,'],
] as const;

describe.each(SHELLS.map((shell) => ({ shell, name: shell.join(' ') })))('in $name', ({ shell }) => {
  describe("the stack's environment", () => {
    test('reaches the tool whatever the names are, and those of shells and shim harm nothing', async () => {
      const environment = {
        'TF_VAR_vpc-cidr': '10.20.0.0/16',
        'npm_config_@corp:registry': "it's",
        'my.name': '"',
        '-i': '--',
        UID: '4242',
        EUID: '4243',
        PPID: '1',
        SHELLOPTS: 'xtrace:noglob',
        BASHOPTS: 'nullglob',
        IFS: 'px',
        OPTIND: 'seven',
        RANDOM: 'chosen by a dice',
        PWD: '/nowhere',
        ENV: '/etc/none.sh',
        PS4: '$(exit 1)',
        HOME: '/nonexistent',
        CDPATH: '/',
        wp_step: '5',
        wp_command: 'false',
        wp_path: '/nowhere',
        wp_setsid: 'false',
        LINES: 'one\n two\r\n',
        EMPTY: '',
        QUOTES: `'"\`$HOME\\n`,
        ÜBER: 'größer',
      };
      pod = await RunPod.laidDown([step('show', PRINT), step('next', '/usr/bin/true')], environment);
      const worker = pod.worker({ POOL: 'of the pool' }, shell);
      expect(await worker.exitCode).toBe(0);
      expect(printed()).toMatchObject({ ...environment, POOL: 'of the pool' });
      expect(pod.exchanged(FILE.exit(2))).toBe('0\n');
      expect(await worker.stderr).toBe('');
    });

    test('of a step that is more than a program with plain words reaches what the shell starts', async () => {
      pod = await RunPod.laidDown([step('show', `true && ${PRINT}`)], { TF_VAR_region: 'x y', IFS: 'x' });
      await pod.worker({}, shell).exitCode;
      expect(printed()).toMatchObject({ TF_VAR_region: 'x y' });
    });

    test('stands in the arguments of no program, as far as a shell can export it', async () => {
      pod = await RunPod.laidDown([step('plan', '/usr/bin/true')], { SECRET: 'h4ck me', 'TF_VAR_a-b': '1' });
      const image = join(pod.root, 'image');
      await addTool(image, 'env', 'printf "%s\\n" "$@" >"$SEEN"; exec /usr/bin/env "$@"');
      const seen = join(pod.root, 'seen');
      // busybox has an env of its own, wherever PATH leads.
      const worker = pod.worker({ PATH: `${image}:/usr/bin:/bin`, SEEN: seen }, shell);
      expect(await worker.exitCode).toBe(0);
      const seenArguments = shell[0] === 'busybox' ? '' : await readFile(seen, 'utf8');
      if (shell[0] !== 'busybox') expect(seenArguments).toContain('TF_VAR_a-b=1');
      expect(seenArguments).not.toContain('h4ck me');
    });

    test.each([
      ['another folder', '/opt/tools/bin'],
      ['what would be filled in by a shell', '/opt/tools/bin:$PATH'],
    ])('may set PATH to %s: a tool that is not found there fails its step with a sentence', async (_case, path) => {
      pod = await RunPod.laidDown([step('plan', 'tofu plan -input=false'), step('no', 'true')], { PATH: path });
      const image = join(pod.root, 'tools');
      await addTool(image, 'tofu', 'echo planned');
      const worker = pod.worker({ PATH: `${image}:/usr/bin:/bin` }, shell);
      expect(await worker.exitCode).toBe(127);
      const said = pod.exchanged(FILE.output(1, 'stderr'));
      expect(said).toContain(`PATH of the step is ${pod.paths.binaries}:${path}\n`);
      expect(said).toContain('the stack sets PATH. It counts as it stands');
      expect(said).not.toContain('the runner image may lack it');
      expect(pod.exchanged(FILE.workerDone)).toBe('127\n');
      expect(isThere(FILE.started(2))).toBe(false);
    });

    test('that sets no PATH: a tool that the image lacks fails its step, and the log says who names the image', async () => {
      pod = await RunPod.laidDown([step('plan', 'terraform plan -input=false')], { TF_VAR_region: 'eu-west-1' });
      const worker = pod.worker({ PATH: '/usr/bin:/bin' }, shell);
      expect(await worker.exitCode).toBe(127);
      const said = pod.exchanged(FILE.output(1, 'stderr'));
      expect(said).toContain('the runner image may lack it: spec.pod.defaultRunnerImage of the pool');
      expect(said).not.toContain('the stack sets PATH');
    });

    test("may set PATH to where the tool is; the pool's binaries stay before it", async () => {
      const tools = await mkdtemp(join(tmpdir(), 'tools-'));
      await addTool(tools, 'tofu', 'echo planned');
      pod = await RunPod.laidDown([step('plan', 'tofu plan'), step('shell', 'echo "$PATH"')], { PATH: tools });
      const worker = pod.worker({ WORKER_POOLS_CUSTOM_BINARIES_PATH: '/mine' }, shell);
      expect(await worker.exitCode).toBe(0);
      expect(pod.exchanged(FILE.output(1, 'stdout'))).toBe('planned\n');
      expect(pod.exchanged(FILE.output(2, 'stdout'))).toBe(`/mine:${pod.paths.binaries}:${tools}\n`);
      await rm(tools, { recursive: true });
    });

    test.each([
      [120_000, 0],
      [150_000, 126],
    ])('with a value of %d bytes ends the step with %d, and does not hang', async (bytes, exitCode) => {
      pod = await RunPod.laidDown([step('plan', '/usr/bin/true')], { TF_VAR_rules: 'x'.repeat(bytes) });
      expect(await pod.worker({}, shell).exitCode).toBe(exitCode);
      expect(pod.exchanged(FILE.exit(1))).toBe(`${exitCode}\n`);
    });
  });

  describe('the settings', () => {
    test("are the pool's, whatever the stack sets", async () => {
      pod = await RunPod.laidDown([step('plan', 'sleep 30')], {
        SPACELIFT_LAUNCHER_RUN_TIMEOUT: '100h',
        SPACELIFT_LAUNCHER_LOGS_TIMEOUT: '100h',
        SPACELIFT_MASK_ENVS: '',
        SPACELIFT_DEBUG: 'true',
        SECRET: 'of the stack',
      });
      const pools = { SPACELIFT_LAUNCHER_RUN_TIMEOUT: '1h', SPACELIFT_MASK_ENVS: 'SECRET', SECRET: 'of the pool' };
      const worker = pod.worker(pools, shell);
      await until(() => isThere(FILE.started(1)), 'the first step');
      worker.child.kill('SIGTERM');
      await worker.exitCode;
      expect(pod.exchanged(FILE.setting('SPACELIFT_LAUNCHER_RUN_TIMEOUT'))).toBe('1h\n');
      expect(isThere(FILE.setting('SPACELIFT_LAUNCHER_LOGS_TIMEOUT'))).toBe(false);
      expect(isThere(FILE.setting('SPACELIFT_DEBUG'))).toBe(false);
      expect(pod.exchanged(FILE.mask('SECRET'))).toBe('of the pool\n');
      expect(await worker.stdout).toBe(
        "SPACELIFT_MASK_ENVS is set: the output is shown masked in the run's log only.\n",
      );
    });

    test.each(LISTS)('may name what is to be masked in a list with %s, as the relay reads it', async (_case, list) => {
      expect(namesIn(list)).toEqual(['A', 'B']);
      pod = await RunPod.laidDown([step('plan', 'true')]);
      await pod.worker({ SPACELIFT_MASK_ENVS: list, A: 'one', B: 'two' }, shell).exitCode;
      expect([FILE.mask('A'), FILE.mask('B')].map((name) => pod.exchanged(name))).toEqual(['one\n', 'two\n']);
    });

    test('include the names that the container launcher-grpc wants masked', async () => {
      pod = await RunPod.laidDown([step('plan', 'echo "$B"')]);
      await writeFile(join(pod.paths.exchange, FILE.relayReady), 'B,\nC');
      const worker = pod.worker({ SPACELIFT_MASK_ENVS: 'A', A: 'one', B: 'two', C: 'three' }, shell);
      expect(await worker.stdout).not.toContain('two');
      expect(['A', 'B', 'C'].map((name) => pod.exchanged(FILE.mask(name)))).toEqual(['one\n', 'two\n', 'three\n']);
    });

    test('are taken by the relay before the first step could change them', async () => {
      pod = await RunPod.laidDown([step('plan', 'echo planned')]);
      await rm(join(pod.paths.exchange, FILE.settingsTaken));
      const worker = pod.worker({}, shell);
      await until(() => isThere(FILE.workerStarted), 'the start of the worker');
      await new Promise((done) => setTimeout(done, 500));
      expect(isThere(FILE.started(1))).toBe(false);
      await writeFile(join(pod.paths.exchange, FILE.settingsTaken), '');
      expect(await worker.exitCode).toBe(0);
      expect(pod.exchanged(FILE.output(1, 'stdout'))).toBe('planned\n');
    });
  });
});

// busybox has its own tools, wherever PATH leads.
describe.each(SHELLS.filter(([shell]) => shell !== 'busybox').map((shell) => ({ shell, name: shell.join(' ') })))(
  'in $name, a runner image whose tools stop working',
  ({ shell: [shell = '', ...flags] }) => {
    const worker = (image: string) => pod.worker({ PATH: image }, [join('/usr/bin', shell), ...flags]);
    const TOOLS = ['cat', 'env', 'mv', 'sleep', 'rm'] as const;

    test('between steps has the worker container end with last words', async () => {
      pod = await RunPod.laidDown([step('one', 'rm "$MV"'), step('two', 'true')]);
      const image = await imagePath(...TOOLS);
      const broken = pod.worker({ PATH: image, MV: join(image, 'mv') }, [join('/usr/bin', shell), ...flags]);
      expect(await broken.exitCode).toBe(64);
      expect(await readFile(pod.lastWords, 'utf8')).toMatch(/^The file .*step-1\.\w+ cannot be written: /);
    });

    test('pauses no loop of the shim, and none of them goes on without a pause', async () => {
      pod = await RunPod.laidDown([step('one', 'rm "$SLEEP"; /usr/bin/sleep 1; echo end')]);
      const image = await imagePath(...TOOLS);
      const busy = pod.worker({ PATH: image, SLEEP: join(image, 'sleep') }, [join('/usr/bin', shell), ...flags]);
      expect(await busy.exitCode).toBe(0);
      expect((await busy.stderr).split('\n').length).toBeLessThan(8);
      expect(pod.exchanged(FILE.output(1, 'stdout'))).toBe('end\n');
    });

    test('has the shell itself break off: that is said, too', async () => {
      pod = await RunPod.laidDown([step('one', 'true')]);
      await mkdir(join(pod.paths.exchange, FILE.output(1, 'stdout')));
      const broken = worker(await imagePath(...TOOLS));
      expect(await broken.exitCode).toBe(64);
      const words = 'The shim of the worker container broke off at step 1 (exit code';
      expect(await readFile(pod.lastWords, 'utf8')).toContain(words);
    });

    test('and a step that takes away what a later one is to do is named', async () => {
      pod = await RunPod.laidDown([step('one', 'rm "$NEXT"'), step('two', 'true')]);
      const image = await imagePath(...TOOLS);
      const next = join(pod.paths.exchange, FILE.command(2));
      const broken = pod.worker({ PATH: image, NEXT: next }, [join('/usr/bin', shell), ...flags]);
      expect(await broken.exitCode).toBe(64);
      expect(await readFile(pod.lastWords, 'utf8')).toContain('step-2.command cannot be read');
    });
  },
);
