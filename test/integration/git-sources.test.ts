import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { commit, GITHUB, text, type Event } from '../control-plane/http/support/git-events';
import { CommandLine, done } from '../cli/support/command-line';
import type { Result } from '../cli/support/program';
import { folderWithTofu, ProcessPool, TOOLS_WITHIN_MS } from '../launcher/support/process-pool';
import { removeFolder, temporaryFolder } from '../support/folder';
import { GitHost } from '../support/git-host';
import type { GitRepositoryFolder } from '../support/git-repository';

const TOKEN = 's3cret-t0ken';
const MAIN = 'resource "terraform_data" "network" { input = ';

let root: string;
let cli: CommandLine;
let host: GitHost;
let repository: GitRepositoryFolder;
let pool: ProcessPool;
let bin: string;

beforeAll(async () => {
  [root, bin] = [temporaryFolder(), await folderWithTofu()];
  [cli, host] = await Promise.all([CommandLine.open(), GitHost.start()]);
  host.token = TOKEN;
  repository = host.repository('team/network');
  pool = await ProcessPool.open(cli.controlPlane, bin, root, 'production');
  cli.write({ token: `${TOKEN}\n` });
  repository.commit('Begin', { 'prod/main.tf': `${MAIN}1 }` });
  const create = 'stack create network --pool production --branch main --project-root prod --auto-deploy';
  const created = await run(`${create} --repository ${host.url('team/network')} --token-file ${cli.at('token')}`);
  expect(created).toEqual(done(expect.stringContaining('Stack network is created')));
}, TOOLS_WITHIN_MS);

afterAll(async () => {
  await pool.close();
  await cli.close();
  await host.stop();
  removeFolder(root);
  removeFolder(bin);
});

beforeEach(() => void (host.requests.length = 0));

const run = (line: string): Promise<Result> => cli.program.run(...line.split(' '));

/** Triggers a run and carries it out; what `run show` prints of it, and its log. */
async function triggered(flags = '', meanwhile: () => void = () => undefined): Promise<{ shown: string; log: string }> {
  const { stdout } = await run(`run trigger network ${flags} --output name`.replace('  ', ' '));
  return carriedOut(stdout.trim(), meanwhile);
}

async function carriedOut(
  id: string,
  meanwhile: () => void = () => undefined,
): Promise<{ shown: string; log: string }> {
  const settings = { environment: { GIT_SSL_CAINFO: host.ca } };
  await pool.carryOut(id, 'preparing', settings);
  meanwhile();
  if ((await cli.controlPlane.admin.run(id))?.finishedAt === null) await pool.carryOut(id, 'applying', settings);
  const [shown, log] = await Promise.all([run(`run show ${id}`), run(`run logs ${id}`)]);
  return { shown: shown.stdout, log: log.stdout };
}

test('a run of a stack is of the head of its branch, and says so', async () => {
  const hash = repository.commit('Add a network\n\nFor everybody.', { 'prod/main.tf': `${MAIN}2 }` });
  const { shown, log } = await triggered();
  expect(shown).toMatch(new RegExp(`^Commit +${hash} Add a network \\(Ada Lovelace\\)$`, 'm'));
  expect(shown).toMatch(/^Branch +main$/m);
  expect(shown).toMatch(/^State +FINISHED$/m);
  expect(log).toContain(`Commit ${hash} of branch main: Add a network`);
  expect(shown + log + (await run('stack show network --output json')).stdout).not.toContain(TOKEN);
});

test('what is applied is the commit that was planned, whatever is pushed meanwhile', async () => {
  const planned = repository.commit('Plan this', { 'prod/main.tf': `${MAIN}3 }` });
  const { shown } = await triggered('', () => {
    repository.commit('And not this', { 'prod/main.tf': 'no HCL' });
    host.requests.length = 0;
  });
  expect(shown).toMatch(new RegExp(`^Commit +${planned}`, 'm'));
  expect(shown).toMatch(/^State +FINISHED$/m);
  expect(host.requests).toEqual([]);
});

test('a run of a commit is of that one', async () => {
  const old = repository.commit('Old', { 'prod/main.tf': `${MAIN}4 }` });
  repository.commit('New', { 'prod/main.tf': 'no HCL' });
  const { shown } = await triggered(`--commit ${old}`);
  expect(shown).toMatch(new RegExp(`^Commit +${old} Old`, 'm'));
  expect(shown).toMatch(/^State +FINISHED$/m);
});

test('a token that is refused ends the run with a sentence', async () => {
  host.token = 'another';
  const { shown, log } = await triggered();
  host.token = TOKEN;
  expect(shown).toMatch(/^Reason +ConfigError$/m);
  expect(log).toContain('localhost refuses the token of the stack');
});

test('what a git host tells of is followed by runs of the commits that it names', async () => {
  const made = JSON.parse((await run('stack push-hook create network -o json')).stdout) as {
    path: string;
    secret: string;
  };
  const dispatcher = new Agent({ connect: { ca: cli.controlPlane.ca } });
  const told = async (event: Event): Promise<string> => {
    const headers = { 'Content-Type': 'application/json', ...event.headers, ...GITHUB.sign(event, made.secret) };
    const { url } = cli.controlPlane;
    const { body } = await request(`${url}${made.path}`, { method: 'POST', body: text(event), headers, dispatcher });
    return ((await body.json()) as { run: string }).run;
  };
  const pushed = repository.commit('Pushed', { 'prod/main.tf': `${MAIN}5 }` });
  const proposed = repository.commit('Proposed', { 'prod/main.tf': `${MAIN}6 }` }, { branch: 'feature' });
  repository.git('checkout', '--quiet', 'main');
  repository.commit('And not this', { 'prod/main.tf': 'no HCL' });
  const ofPush = await carriedOut(await told(GITHUB.push({ after: pushed, head_commit: commit({ id: pushed }) })));
  expect(ofPush.shown).toMatch(new RegExp(`^Commit +${pushed} Pushed`, 'm'));
  expect(ofPush.shown).toMatch(/^Kind +tracked: /m);
  expect(ofPush.shown).toMatch(/^State +FINISHED$/m);
  const { body } = GITHUB.request() as { body: { pull_request: { head: object } } };
  const changed = { ...body.pull_request, head: { ...body.pull_request.head, sha: proposed } };
  const ofRequest = await carriedOut(await told(GITHUB.request({ pull_request: changed })));
  expect(ofRequest.shown).toMatch(new RegExp(`^Commit +${proposed} Proposed`, 'm'));
  expect(ofRequest.shown).toMatch(/^Branch +feature$/m);
  expect(ofRequest.shown).toMatch(/^Kind +proposed: /m);
  expect(ofRequest.shown).toMatch(/^State +FINISHED$/m);
  await dispatcher.close();
});
