import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { isGroup } from '../../src/cli/api/help';
import { Profiles } from '../../src/cli/api/profiles';
import { allCommands } from '../../src/cli/commands';
import { EXIT_CODES } from '../../src/cli/exit-codes';
import { run } from '../../src/cli/run-program';
import { removeFolder, temporaryFolder } from '../support/folder';
import { HOSTILE, HostileControlPlane } from './support/hostile-control-plane';

/* Whatever a control plane stores or says, no command lets it steer a terminal. In this process, because there are many. */

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
let made = 0;
const fresh = (): string => at(`new-${(made += 1)}`);

/** Prints nothing that comes from elsewhere. */
const OWN = 'own';
type Row = typeof OWN | (() => string[]);

/** How each command is told to print what others have stored; one that has no row here is missed below. */
const COMMANDS: Readonly<Record<string, Row>> = {
  demo: OWN,
  // What it prints is of clusters: test/cli/kubectl/harmless.test.ts.
  doctor: OWN,
  'pool create': () => ['new', '--out', fresh(), '--key', 'ec'],
  'pool show': () => [HOSTILE],
  'pool list': () => [],
  'pool history': () => [HOSTILE],
  'pool update': () => [HOSTILE, '--description', 'x'],
  'pool reset': () => [HOSTILE, '--out', fresh(), '--key', 'ec', '--kubernetes-secret', 'x', '--yes'],
  'pool cycle': () => [HOSTILE, '--yes'],
  'pool unlock': () => [HOSTILE, '--yes'],
  'pool delete': () => [HOSTILE],
  'worker list': () => [HOSTILE],
  'worker drain': () => [HOSTILE, HOSTILE],
  'worker undrain': () => [HOSTILE, HOSTILE],
  'stack create': () => ['new', '--pool', HOSTILE, '--source', at('source')],
  'stack push': () => [HOSTILE, '--source', at('source')],
  'stack update': () => [HOSTILE, '--auto-deploy'],
  'stack show': () => [HOSTILE],
  'stack list': () => [],
  'stack delete': () => [HOSTILE],
  'stack output': () => [HOSTILE],
  'stack state list': () => [HOSTILE],
  'stack state pull': () => [HOSTILE],
  'stack state push': () => [HOSTILE, at('source', 'main.tf')],
  'stack state restore': () => [HOSTILE, '1'],
  'stack state unlock': () => [HOSTILE],
  'stack push-hook create': () => [HOSTILE, '--path', 'modules'],
  'stack push-hook show': () => [HOSTILE],
  'stack push-hook update': () => [HOSTILE, '--forks'],
  'stack push-hook rotate': () => [HOSTILE],
  'stack push-hook delete': () => [HOSTILE],
  'stack drift set': () => [HOSTILE, '--schedule', '@daily'],
  'stack drift show': () => [HOSTILE],
  'stack drift delete': () => [HOSTILE],
  'stack drift trigger': () => [HOSTILE],
  'stack dependency add': () => [HOSTILE, HOSTILE],
  'stack dependency remove': () => [HOSTILE, HOSTILE],
  'stack dependency map': () => [HOSTILE, HOSTILE, HOSTILE, 'TF_VAR_x'],
  'stack dependency unmap': () => [HOSTILE, HOSTILE],
  'stack dependency list': () => [HOSTILE],
  'module create': () => ['new', '--pool', HOSTILE],
  'module update': () => [HOSTILE, '--description', 'x'],
  'module show': () => [HOSTILE],
  'module list': () => [],
  'module delete': () => [HOSTILE],
  'module version create': () => [HOSTILE, '--number', '1.2.3', '--source', at('source')],
  'module version list': () => [HOSTILE],
  'module version yank': () => [HOSTILE, HOSTILE],
  'run trigger': () => [HOSTILE],
  'run task': () => [HOSTILE, '--', 'true'],
  'run log': () => [HOSTILE],
  'run show': () => [HOSTILE],
  'run changes': () => [HOSTILE],
  'run list': () => [],
  'run confirm': () => [HOSTILE],
  'run discard': () => [HOSTILE],
  'run stop': () => [HOSTILE],
  'run cancel': () => [HOSTILE],
  'run retry': () => [HOSTILE],
  'run prioritize': () => [HOSTILE],
  'key create': () => ['new', '--role', 'reader'],
  'key list': () => [],
  'key update': () => [HOSTILE, '--name', 'x'],
  'key delete': () => [HOSTILE],
  'audit list': () => [],
  'profile login': () => ['new', '--url', controlPlane.url, '--api-key-secret-file', at('secret')],
  'profile list': () => [],
  'profile use': () => ['kept'],
  'profile current': () => [],
  'profile export-token': () => [],
  'profile delete': () => [HOSTILE],
  whoami: () => [],
  'webhook create': () => ['new', '--endpoint', 'https://hooks.example.com', '--no-secret'],
  'webhook list': () => [],
  'webhook show': () => [HOSTILE],
  'webhook update': () => [HOSTILE, '--enable'],
  'webhook delete': () => [HOSTILE],
  'webhook test': () => [HOSTILE],
  'webhook deliveries': () => [HOSTILE],
  'webhook redeliver': () => [HOSTILE],
  'vcs-agent-pool create': () => ['new'],
  'vcs-agent-pool list': () => [],
  'vcs-agent-pool show': () => [HOSTILE],
  'vcs-agent-pool update': () => [HOSTILE, '--name', 'x'],
  'vcs-agent-pool delete': () => [HOSTILE, '--yes'],
  'control-plane': OWN,
  'control-plane keys': OWN,
  'control-plane rotate-encryption-key': OWN,
  'control-plane backup': OWN,
  'control-plane restore': OWN,
  controller: OWN,
  'launcher init': OWN,
  'launcher grpc': OWN,
  'vcs-agent': OWN,
  'completion bash': OWN,
  'completion zsh': OWN,
  'completion fish': OWN,
  'completion words': () => ['--', 'pool', 'show', '--profile', 'kept', ''],
};

/** Data of somebody, which goes to a pipe as it is. */
const RAW = ['run log', 'stack state pull'];

interface Leaf {
  readonly path: string;
  readonly command: Command;
}

const leaves = (command: Command, above: string): Leaf[] => {
  const path = `${above} ${command.name()}`.trim();
  const below = command.commands.flatMap((each) => leaves(each, path));
  return isGroup(command) ? below : [{ path, command }, ...below];
};

const ALL = allCommands().flatMap((command) => leaves(command, ''));
const ASKING = ALL.filter(({ path }) => COMMANDS[path] !== OWN);
const FORMATTED = ASKING.filter(({ command }) => command.options.some(({ long }) => long === '--output'));

const terminal = { stdout: process.stdout.isTTY, stderr: process.stderr.isTTY };
let controlPlane: HostileControlPlane;
let refusing: HostileControlPlane;

beforeAll(async () => {
  [controlPlane, refusing] = await Promise.all([
    HostileControlPlane.start(),
    HostileControlPlane.start({ refuses: true }),
  ]);
  mkdirSync(at('source'));
  writeFileSync(at('source', 'main.tf'), HOSTILE);
  // The folder that it says a stack's sources are in.
  mkdirSync(at('source', HOSTILE));
  writeFileSync(at('source', HOSTILE, HOSTILE), '');
  writeFileSync(at('secret'), 'a secret');
  process.env.XDG_CONFIG_HOME = at('config');
  const profiles = new Profiles(at('config', 'worker-pools'));
  profiles.set('hostile', { url: `https://${HOSTILE}`, ca: null, apiKeyId: HOSTILE, secret: 'x', secretFile: null });
  const kept = { url: controlPlane.url, ca: null, apiKeyId: 'x', secret: 'x', secretFile: null };
  profiles.set('kept', kept);
  profiles.use('kept');
  profiles.session('kept', kept).write('jwt', Number.MAX_SAFE_INTEGER / 1000);
  // Each command listens to its end of the output.
  process.stdout.setMaxListeners(0);
});

afterEach(() => {
  Object.assign(process.stdout, { isTTY: terminal.stdout });
  Object.assign(process.stderr, { isTTY: terminal.stderr });
  process.exitCode = undefined;
});

afterAll(() => {
  controlPlane.close();
  refusing.close();
  removeFolder(folder);
});

interface Said {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function say({ path }: Leaf, at: HostileControlPlane, ...flags: string[]): Promise<Said> {
  const words = (COMMANDS[path] as () => string[])();
  const isLocal = path.startsWith('profile');
  if (!isLocal) Object.assign(process.env, { WORKER_POOLS_URL: at.url, WORKER_POOLS_API_KEY_SECRET: 'a secret' });
  const real = { stdout: process.stdout.write.bind(process.stdout), stderr: process.stderr.write.bind(process.stderr) };
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    Object.assign(process[stream], { write: (text: string) => Boolean((printed[stream] += text)) });
  }
  try {
    await run('worker-pools', allCommands(), [...path.split(' '), ...flags, ...words]);
    return { exitCode: Number(process.exitCode ?? 0), ...printed };
  } finally {
    Object.assign(process.stdout, { write: real.stdout });
    Object.assign(process.stderr, { write: real.stderr });
    for (const name of ['WORKER_POOLS_URL', 'WORKER_POOLS_API_KEY_SECRET']) delete process.env[name];
  }
}

function onTerminal(): void {
  Object.assign(process.stdout, { isTTY: true });
  Object.assign(process.stderr, { isTTY: true });
}

/** Everything but ends of lines, and tabs. */
const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Bidi_Control}]/gu;
/** Colours of our own begin anew, and end. Those of a log are its own. */
const OWN_COLOURS = /\u001b\[0(;\d+)?m/g;
const COLOURS = /\u001b\[[\d;]*m/g;

function expectHarmless({ stdout, stderr }: Said, colours: RegExp): void {
  for (const text of [stdout, stderr]) expect(text.replace(colours, '').match(STEERING)).toBeNull();
  expect(stderr).not.toMatch(/^ +at /m);
}

test('every command has a row, and every row is of a command', () => {
  expect(Object.keys(COMMANDS).sort()).toEqual(ALL.map(({ path }) => path).sort());
});

describe.each([
  ['at a terminal', onTerminal],
  ['in a pipe', () => undefined],
])('%s', (where, look) => {
  const shown = ASKING.filter(({ path }) => where === 'at a terminal' || !RAW.includes(path));
  const colours = (path: string) => (RAW.includes(path) ? COLOURS : OWN_COLOURS);

  test.each(shown.map((leaf) => [leaf.path, leaf] as const))('%s is harmless in words', async (path, leaf) => {
    look();
    const said = await say(leaf, controlPlane);
    expectHarmless(said, colours(path));
    expect(said).toMatchObject({ exitCode: path === 'profile delete' ? EXIT_CODES.usage.code : 0 });
    // What is in a cell begins no line.
    if (/ (list|show|history|changes|deliveries)$/.test(path)) expect(said.stdout).not.toMatch(/^FAKED/m);
  });

  test.each(shown.map((leaf) => [leaf.path, leaf] as const))('%s is refused harmlessly', async (path, leaf) => {
    look();
    expectHarmless(await say(leaf, refusing), colours(path));
  });

  test.each(FORMATTED.map((leaf) => [leaf.path, leaf] as const))(
    '%s keeps its data for programs',
    async (path, leaf) => {
      look();
      const [json, yaml] = [await say(leaf, controlPlane, '-o', 'json'), await say(leaf, controlPlane, '-o', 'yaml')];
      for (const { stdout } of [json, yaml]) expect(stdout.match(STEERING)).toBeNull();
      const data = JSON.parse(json.stdout) as unknown;
      if (path !== 'pool history') expect(JSON.stringify(data)).toContain(JSON.stringify(HOSTILE).slice(1, -1));
      expect(parse(yaml.stdout)).toEqual(data);
    },
  );
});
