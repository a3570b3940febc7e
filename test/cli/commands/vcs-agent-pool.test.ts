import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync, statSync } from 'node:fs';
import { parseVcsAgentToken } from '../../../src/protocol/vcs-agents';
import { makePool } from '../../control-plane/support/control-plane';
import { CommandLine, done, json, refused } from '../support/command-line';
import type { Program } from '../support/program';

let cli: CommandLine;
let program: Program;

beforeAll(async () => {
  cli = await CommandLine.open();
  ({ program } = cli);
});

afterAll(() => cli?.close());

test('a VCS agent pool is made, looked at, changed and deleted', async () => {
  const made = await program.run('vcs-agent-pool', 'create', 'gitlab', '--description', 'of the platform team');
  const [, token] = /Its token, which is not shown again: (\S+)\n$/.exec(made.stdout) ?? [];
  expect(parseVcsAgentToken(token!)?.secret).toMatch(/^wpv_/);
  expect((await program.run('vcs-agent-pool', 'list')).stdout).toMatch(
    /^ID +NAME +AGENTS +DESCRIPTION\n\w+ +gitlab +0 +of the platform team\n$/,
  );
  const shown = await program.run('vcs-agent-pool', 'show', 'gitlab');
  expect(shown.stdout).toContain('No agent is connected');
  expect(shown.stdout).not.toContain(token);
  await program.run('vcs-agent-pool', 'update', 'gitlab', '--name', 'gitlab-2');
  expect(json(await program.run('vcs-agent-pool', 'show', 'gitlab-2', '-o', 'json'))).toMatchObject({
    ...{ name: 'gitlab-2', description: 'of the platform team', agents: [] },
  });
  expect(await program.run('vcs-agent-pool', 'delete', 'gitlab-2')).toEqual(
    done('VCS agent pool gitlab-2 is deleted.\n'),
  );
});

test('one through which stacks fetch their sources is deleted once somebody says so', async () => {
  await program.run('vcs-agent-pool', 'create', 'used');
  await makePool(cli.controlPlane, 'production');
  const repository = { url: 'private://used/team/app.git' };
  await cli.controlPlane.admin.createStack({ name: 'app', pool: 'production', repository });
  expect((await program.run('vcs-agent-pool', 'show', 'used')).stdout).toMatch(/^Used by +app$/m);
  expect(await program.run('vcs-agent-pool', 'delete', 'used')).toEqual(
    refused('fetch their sources through VCS agent pool used, and cannot any more: app. Nobody can be asked here'),
  );
  expect(await program.run('vcs-agent-pool', 'delete', 'used', '--yes')).toEqual(
    done('VCS agent pool used is deleted.\n'),
  );
});

test('its token goes into a file that nobody else can read', async () => {
  const out = cli.at('token');
  const made = await program.run('vcs-agent-pool', 'create', 'github', '--out', out);
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(made.stdout).not.toContain(readFileSync(out, 'utf8').trim());
  const again = ['vcs-agent-pool', 'create', 'again', '--out', out];
  expect(await program.run(...again)).toEqual(refused(`${out} already exists`));
});

test.each<[string, string[], string, number?]>([
  ['a name that no source can have', ['create', 'a b'], 'is not allowed: letters, digits, dot, dash and underscore'],
  ['nothing to change', ['update', 'x'], 'nothing to change', 2],
  ['one that is not there', ['delete', 'nowhere'], 'VCS agent pool nowhere not found', 4],
])('%s is refused', async (_, words, sentence, exitCode = 1) => {
  expect(await program.run('vcs-agent-pool', ...words)).toEqual(refused(sentence, exitCode));
});
