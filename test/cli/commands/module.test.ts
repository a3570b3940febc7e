import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makePool } from '../../control-plane/support/control-plane';
import { CommandLine, done, json, refused } from '../support/command-line';
import type { Program } from '../support/program';

const CONFIG = `
version: 1
module_version: 1.2.3
tests:
  - name: the basic one
    project_root: examples/basic
    before_init: [make]
`;

let cli: CommandLine;
let program: Program;

beforeAll(async () => {
  cli = await CommandLine.open({ mqttPort: null });
  ({ program } = cli);
  await makePool(cli.controlPlane, 'production');
  cli.write({
    'said/main.tf': '# nothing',
    'said/.spacelift/config.yml': CONFIG,
    'negative/main.tf': '# nothing',
    'negative/.spacelift/config.yml': 'tests: [{ name: fails, negative: true }]',
    'odd/main.tf': '# nothing',
    'odd/.spacelift/config.yml': 'module_version: 1.2',
    'plain/main.tf': '# nothing',
  });
});

afterAll(() => cli?.close());

test('a module is made, looked at, changed and deleted', async () => {
  const words = ['network', '--provider', 'aws', '--pool', 'production', '--label', 'net', '--env', 'TF_VAR_a=secret'];
  expect((await program.run('module', 'create', ...words)).stdout).toMatch(/^Module legacy\/network\/aws is created/);
  expect((await program.run('module', 'list')).stdout).toMatch(
    /^MODULE +VERSION +POOL +TOOL +LABELS +ID\nlegacy\/network\/aws +\(none yet\) +production +opentofu +net +\w+\n$/,
  );
  await program.run('module', 'update', 'legacy/network/aws', '--description', 'VPCs', '--unset-env', 'TF_VAR_a');
  const shown = json(await program.run('module', 'show', 'legacy/network/aws', '-o', 'json'));
  expect(shown).toMatchObject({ description: 'VPCs', labels: ['net'], environment: [], versions: [] });
  expect((await program.run('pool', 'show', 'production')).stdout).toMatch(/^Used by +legacy\/network\/aws$/m);
  expect(await program.run('module', 'delete', 'legacy/network/aws')).toEqual(
    done('Module legacy/network/aws is deleted, with its versions.\n'),
  );
});

test('a version is of what the folder says, and of nothing else that it says', async () => {
  await program.run('module', 'create', 'vpc', '--pool', 'production');
  const made = await program.run('module', 'version', 'create', 'legacy/vpc/default', '--source', cli.at('said'));
  expect(made.stderr).toContain('Note: tests.before_init of .spacelift/config.yml is not looked at here.');
  expect(made.stdout).toMatch(/^Version 1\.2\.3 of module legacy\/vpc\/default is tested:\n {2}worker-pools run log/);
  expect((await program.run('module', 'version', 'list', 'legacy/vpc/default')).stdout).toMatch(
    /\n1\.2\.3 +pending +0 of 1 passed +\(uploaded\) /,
  );
  const { modules } = cli.controlPlane.admin;
  const { id } = (await modules.find('legacy/vpc/default'))!;
  const [version] = (await modules.versions([id])).get(id)!;
  expect((await modules.tests([version!.id])).get(version!.id)).toMatchObject([{ projectRoot: 'examples/basic' }]);
  expect(await program.run('module', 'version', 'yank', 'legacy/vpc/default', '1.2.3')).toEqual(
    refused('is PENDING: only one that is ACTIVE is offered'),
  );
});

test.each<[string, string[], string, number?]>([
  ['one that is not there', ['show', 'nowhere'], 'module nowhere not found', 4],
  ['nothing to change', ['update', 'x'], 'nothing to change', 2],
  ['a version of nothing', ['version', 'create', 'x', '--number', '1.2.3'], '--source or --commit', 2],
])('%s is refused', async (_, words, sentence, exitCode = 1) => {
  expect(await program.run('module', ...words)).toEqual(refused(sentence, exitCode));
});

test.each<[string, string, string, number?]>([
  ['without a number', 'plain', '--number: say which version it is', 2],
  ['with a test that is to fail', 'negative', 'the test fails is to fail (negative)'],
  ['with a number that YAML takes for another', 'odd', 'module_version is not as it must be'],
])('a version of a folder %s is refused before anything is sent', async (_, folder, sentence, exitCode = 1) => {
  await program.run('module', 'create', folder, '--pool', 'production');
  const path = `legacy/${folder}/default`;
  const words = ['module', 'version', 'create', path, '--source', cli.at(folder)];
  expect(await program.run(...words)).toEqual(refused(sentence, exitCode));
  expect((await cli.controlPlane.admin.modules.find(path))?.stack.source).toBeNull();
});

test('a token of the key is printed alone', async () => {
  expect((await program.run('profile', 'export-token')).stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
});
