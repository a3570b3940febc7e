import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { makePool } from '../../control-plane/support/control-plane';
import { removeFolder } from '../../support/folder';
import { CommandLine } from '../support/command-line';
import type { Result } from '../support/program';

// Each test starts programs, which is slow where several suites share few processors.
const BACKEND = 'terraform {\n  backend "s3" {}\n}\n';

let cli: CommandLine;
let number = 0;

beforeAll(async () => {
  cli = await CommandLine.open();
  await makePool(cli.controlPlane);
});

afterAll(() => cli.close());

beforeEach(() => void (number += 1));

/** The folder of the test's own stack. */
const source = (...path: string[]): string => cli.at(`source-${number}`, ...path);
const theStack = () => cli.controlPlane.admin.stack(`stack-${number}`);
const arrived = (): Promise<string[]> => cli.arrived(`stack-${number}`);

const write = (files: Readonly<Record<string, string>>): void =>
  cli.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [`source-${number}/${path}`, text])));

const create = (...flags: string[]): Promise<Result> =>
  cli.program.run('stack', 'create', `stack-${number}`, '--pool', 'pool', '--source', source(), ...flags);

test('takes node_modules, leaves .git and .terraform but its modules behind, and says so', async () => {
  write({
    'main.tf': BACKEND,
    'functions/mail/node_modules/mailer/index.js': 'x',
    '.git/HEAD': 'x',
    '.terraform/providers/p': 'x',
    '.terraform/modules/net/main.tf': 'x',
    '@archive.tar': 'a name that tar would take for an archive',
  });
  const { exitCode, stdout, stderr } = await create();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^Packed 4 files, 75 bytes\.\nAlways left out: \.git\/, \.terraform\/providers\/p\.\n/);
  expect(await arrived()).toEqual([
    '.terraform/modules/net/main.tf',
    '@archive.tar',
    'functions/mail/node_modules/mailer/index.js',
    'main.tf',
  ]);
});

test('obeys .terraformignore, names what it left out, and warns of .env', async () => {
  write({ 'main.tf': BACKEND, 'functions/a.js': 'x', 'docs/a.txt': 'x', 'notes.md': 'x', 'envs/.env': 'SECRET=1' });
  write({ '.terraformignore': '*\n!functions/\n!main.tf\n!.env\n*.md\n' });
  const { stdout, stderr } = await create();
  expect(stdout).toContain('Left out by .terraformignore: .terraformignore, docs/a.txt, notes.md.\n');
  expect(stderr).toBe('Note: envs/.env went along, and may hold secrets: .terraformignore can leave them out.\n');
  expect(await arrived()).toEqual(['envs/.env', 'functions/a.js', 'main.tf']);
});

test('counts what it does not name, and says which rule leaves out less than it seems', async () => {
  write({ 'main.tf': BACKEND, 'docs/a.txt': 'x', '.terraformignore': 'docs\n*.log\n' });
  for (let at = 0; at < 9; at += 1) write({ [`log/${at}.log`]: 'x' });
  const { stdout, stderr } = await create();
  expect(stdout).toContain('log/0.log, log/1.log, log/2.log, log/3.log, log/4.log and 4 more.');
  expect(stderr).toBe(
    'Note: "docs" for docs are rules of .terraformignore that leave out no file in the folder: end them with a slash.\n',
  );
});

test('refuses links that lead out of the folder, by name, and leaves no stack behind', async () => {
  write({ '../common/shared.tf': 'x', 'main.tf': BACKEND });
  symlinkSync('../common/shared.tf', source('shared.tf'));
  const { exitCode, stderr } = await create();
  expect(exitCode).toBe(1);
  expect(stderr).toContain('shared.tf -> ../common/shared.tf; push the folder above and use --project-root');
  expect(await theStack()).toBeNull();
});

test('takes links within the folder as they are, and names broken, circular and absolute ones', async () => {
  write({ 'common/shared.tf': BACKEND, 'envs/dev/main.tf': 'x' });
  const links = { shared: '../../common/shared.tf', loop: '.', broken: '../../nowhere', absolute: '/etc/hostname' };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, source('envs/dev', name));
  symlinkSync('dev', source('envs/staging'));
  const { exitCode, stderr } = await create('--project-root', './envs/staging/');
  expect(exitCode).toBe(0);
  expect(stderr).toContain('envs/dev/absolute -> /etc/hostname are links to absolute paths');
  expect(stderr).toContain('envs/dev/broken -> ../../nowhere are links to nothing');
  expect(stderr).toContain('envs/dev/loop -> . are links that go in a circle');
  expect((await theStack())?.projectRoot).toBe('envs/staging');
  expect(await arrived()).toContain('envs/dev/shared');
});

test.each<[what: string, make: () => void, flags: string[], sentence: string]>([
  ['an empty folder', () => mkdirSync(source()), [], 'there is nothing to send'],
  [
    'a folder of which nothing is left',
    () => write({ '.terraformignore': '*' }),
    [],
    '.terraformignore leaves out all',
  ],
  ['a project root that is not there', () => write({ a: 'x' }), ['--project-root', 'envs'], 'has no folder "envs"'],
  [
    'a project root that stays behind',
    () => write({ a: 'x', 'envs/main.tf': 'x', '.terraformignore': 'envs/' }),
    ['--project-root', 'envs'],
    'has no folder "envs"',
  ],
  ['a project root that leads out', () => write({ a: 'x' }), ['--project-root', '../x'], 'must be a folder inside'],
  [
    'a name that is not UTF-8',
    () => {
      write({ 'main.tf': 'x' });
      execFileSync('sh', ['-c', 'cd "$1" && : > "$(printf "caf\\351\\033.txt")"', 'sh', source()]);
    },
    [],
    'names that are not UTF-8 would not arrive: caf\\xe9^[.txt',
  ],
])('refuses %s, and makes no stack', async (_, make, flags, sentence) => {
  make();
  const { exitCode, stderr } = await create(...flags);
  expect(stderr).toContain(sentence);
  expect(exitCode).toBe(1);
  expect(await theStack()).toBeNull();
});

test('names of any characters arrive, and pipes stay behind unread', async () => {
  write({ 'main.tf': BACKEND, 'a\nb\u001b[2J ü\\.txt': 'x', '-rf': 'x' });
  execFileSync('mkfifo', [source('pipe')]);
  const { exitCode, stdout } = await create();
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Left out, as they are no files: pipe.');
  expect(await arrived()).toEqual(['-rf', 'a\nb\u001b[2J ü\\.txt', 'main.tf']);
});

test('takes the stack back when its source does not arrive', async () => {
  write({ 'main.tf': BACKEND });
  // As when the disk of the control plane is full.
  removeFolder(cli.controlPlane.file('blobs', 'sources'));
  const { exitCode } = await create();
  mkdirSync(cli.controlPlane.file('blobs', 'sources'));
  expect(exitCode).toBe(1);
  expect(await theStack()).toBeNull();
  expect(await create()).toMatchObject({ exitCode: 0 });
});

test('does not speak of the state where the control plane keeps it', async () => {
  write({ 'main.tf': '# nothing' });
  expect(await create()).toMatchObject({ exitCode: 0, stderr: '' });
});

test('says that nothing keeps the state, until a backend does', async () => {
  write({ 'main.tf': '# backend "s3" is only mentioned\n' });
  expect((await create('--no-managed-state')).stderr).toContain('Note: No backend is configured');
  write({ 'backend.tf.json': '{"terraform": {"backend": {"s3": {}}}}' });
  const pushed = await cli.program.run('stack', 'push', `stack-${number}`, '--source', source());
  expect(pushed).toMatchObject({ exitCode: 0, stderr: '' });
});
