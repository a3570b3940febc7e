import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makePool } from '../../control-plane/support/control-plane';
import { CommandLine, done, json, refused } from '../support/command-line';

let cli: CommandLine;

beforeAll(async () => {
  cli = await CommandLine.open();
  await makePool(cli.controlPlane, 'production');
  const repository = { url: 'https://git.example.com/team/network.git' };
  await cli.controlPlane.admin.createStack({ name: 'network', pool: 'production', repository });
  await cli.controlPlane.admin.createStack({ name: 'uploaded', pool: 'production' });
});

afterAll(() => cli?.close());

const run = (line: string) => cli.program.run('stack', 'push-hook', ...line.split(' '));

test('a stack hears of pushes, and what came is shown', async () => {
  const { stdout } = await run('create network --path modules');
  const [, url] = /^URL +(\S+)$/m.exec(stdout) ?? [];
  const [, secret] = /^Secret +(whsec_\S+)$/m.exec(stdout) ?? [];
  expect(new URL(url!).pathname).toMatch(/^\/api\/v1\/stacks\/\w{26}\/push$/);
  const { controlPlane } = cli;
  expect((await controlPlane.admin.pushes.secretOf('network'))?.secret).toBe(secret);
  const note = { host: 'GitHub', event: 'push', runId: null, message: 'branch main was deleted' };
  await controlPlane.admin.pushes.note((await controlPlane.admin.stack('network'))!.id, note);
  const shown = (await run('show network')).stdout;
  expect(shown).toMatch(/^Pushes +to main, where they change something in \., modules$/m);
  expect(shown).toMatch(/GitHub +push +\(none\) +branch main was deleted$/m);
  expect(shown).not.toContain(secret);
  expect((await cli.program.run('stack', 'show', 'network')).stdout).toMatch(/^Pushes +followed by runs$/m);
});

test('what is named is changed, and the rest stays', async () => {
  await run('update network --forks');
  expect(json(await run('show network -o json'))).toMatchObject({ pushHook: { forks: true, paths: ['modules'] } });
  await run('update network --no-paths --no-forks');
  expect(json(await run('show network -o json'))).toMatchObject({ pushHook: { forks: false, paths: [] } });
});

test('the secret is replaced, and taken away', async () => {
  const { secret } = json(await run('rotate network -o json')) as unknown as { secret: string };
  expect((await cli.controlPlane.admin.pushes.secretOf('network'))?.secret).toBe(secret);
  expect(await run('delete network')).toEqual(done(expect.stringContaining('hears of pushes no longer')));
  expect(await cli.controlPlane.admin.pushes.secretOf('network')).toBeUndefined();
});

test.each<[string, string, string, number?]>([
  ['a stack without a repository', 'create uploaded', 'stack uploaded has no git repository'],
  ['one that hears of none', 'show uploaded', '`worker-pools stack push-hook create uploaded` lets it'],
  ['nothing to change', 'update uploaded', 'nothing to change', 2],
  ['both of two', 'update uploaded --path a --no-paths', 'give one of both', 2],
  ['one that is not there', 'rotate nowhere', 'stack nowhere not found', 4],
])('%s is refused', async (_, line, sentence, exitCode = 1) => {
  expect(await run(line)).toEqual(refused(sentence, exitCode));
});
