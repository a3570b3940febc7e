import { afterAll, afterEach, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vcsAgentCommand } from '../../../src/cli/commands/vcs-agent';
import { encodeVcsAgentToken } from '../../../src/protocol/vcs-agents';
import { removeFolder, temporaryFolder } from '../../support/folder';

const folder = temporaryFolder();
const variables = ['POOL_TOKEN', 'TARGET_BASE_ENDPOINT', 'VENDOR', 'ALLOWED_PROJECTS', 'PARALLELISM'] as const;

afterEach(() => {
  for (const name of variables) delete process.env[`SPACELIFT_VCS_AGENT_${name}`];
});

afterAll(() => removeFolder(folder));

const token = encodeVcsAgentToken({
  ...{ version: 1, poolId: '01JZ0000000000000000000000', endpoint: 'http://127.0.0.1:1', ca: '', secret: 'the-secret' },
});

const run = (...flags: string[]): Promise<unknown> => {
  const command = vcsAgentCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parseAsync(flags, { from: 'user' }).then(
    () => 'done',
    (error: Error) => error.message,
  );
};

const ENDPOINT = ['--target-base-endpoint', 'https://git.internal'];

test.each<[string, Partial<Record<(typeof variables)[number], string>>, string[], string]>([
  ['no token', {}, ENDPOINT, 'SPACELIFT_VCS_AGENT_POOL_TOKEN is empty'],
  ['another token', { POOL_TOKEN: 'bm90aGluZw==' }, ENDPOINT, 'is no token of a VCS agent pool'],
  ['no endpoint', { POOL_TOKEN: token }, [], '--target-base-endpoint'],
  [
    'a password in the endpoint',
    { POOL_TOKEN: token, TARGET_BASE_ENDPOINT: 'https://user:pass-word@git.internal' },
    [],
    'without user, password and query',
  ],
  ['a vendor of its own', { POOL_TOKEN: token, VENDOR: 'sourceforge' }, ENDPOINT, 'Allowed choices are git, gitlab'],
  ['many streams', { POOL_TOKEN: token, PARALLELISM: '1000' }, ENDPOINT, 'a whole number from 1 to 64'],
  ['what is no expression', { POOL_TOKEN: token, ALLOWED_PROJECTS: '(' }, ENDPOINT, 'is no regular expression'],
  ['a file that is not there', {}, [...ENDPOINT, '--token-file', '/nowhere'], '/nowhere cannot be read: ENOENT'],
])('%s is refused in a sentence without a secret', async (_, given, flags, sentence) => {
  for (const [name, value] of Object.entries(given)) process.env[`SPACELIFT_VCS_AGENT_${name}`] = value;
  const said = await run(...flags);
  expect(said).toContain(sentence);
  expect(said).not.toMatch(/pass-word|the-secret/);
});

test('a file may end with a line feed', async () => {
  writeFileSync(join(folder, 'token'), `${token}\n`);
  const flags = [...ENDPOINT, '--token-file', join(folder, 'token'), '--allowed-projects', '('];
  expect(await run(...flags)).toContain('is no regular expression');
});
