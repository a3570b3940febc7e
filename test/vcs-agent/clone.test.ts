import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TestQueue } from '../control-plane/support/queue';
import { removeFolder, temporaryFolder } from '../support/folder';
import { until } from '../support/until';
import { git, GIT_ENVIRONMENT, GitHost } from './support/git-host';
import { Agents, newPool, TunnelReplica } from './support/tunnel';

let queue: TestQueue;
let host: GitHost;
let replica: TunnelReplica;
let agents: Agents;
let folder: string;

beforeEach(async () => {
  folder = temporaryFolder();
  queue = await TestQueue.ready();
  host = await GitHost.start();
  replica = await TunnelReplica.start(queue, 'gitlab', { streamWaitMs: 2_000 });
  agents = new Agents();
});

afterEach(async () => {
  await agents?.close();
  await replica?.close();
  await host?.stop();
  await queue?.close();
  removeFolder(folder);
});

/** Without blocking this process, which serves it. @returns `done`, or what git says */
const gitIn = async (cwd: string, ...words: string[]): Promise<string> => {
  try {
    await promisify(execFile)('git', words, { cwd, env: GIT_ENVIRONMENT });
    return 'done';
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
};

const clone = (url: string): Promise<string> => {
  rmSync(join(folder, 'app'), { recursive: true, force: true });
  return gitIn(folder, 'clone', '--quiet', url, 'app');
};

test('git clones through an agent, by protocol version 2, with the credentials of its host', async () => {
  const content = randomBytes(6_000_000).toString('base64');
  const commit = host.addRepository('team/app.git', { 'main.tf': '# hello\n', large: content });
  host.credentials = 'deploy:a-secret';
  const token = await newPool(queue, 'gitlab', replica.port);
  agents.start({ token, targetBaseEndpoint: host.url });
  const url = replica.url.replace('://', '://deploy:a-secret@');
  expect(await clone(`${url}/team/app.git`)).toBe('done');
  expect(git(join(folder, 'app'), 'rev-parse', 'HEAD').trim()).toBe(commit);
  expect(readFileSync(join(folder, 'app', 'large'), 'utf8')).toBe(content);
  expect(host.headers['git-protocol']).toBe('version=2');
  expect(JSON.stringify(agents.lines)).not.toMatch(/a-secret|ZGVwbG95/);
  await until(async () => (await queue.admin.vcsAgents.agents([token.poolId])).size > 0, 'the agent is noted');
});

test('a host that is reached by nobody else cannot be written to, and no other path of it is reached', async () => {
  host.addRepository('team/app.git', { 'main.tf': '' });
  agents.start({ token: await newPool(queue, 'gitlab', replica.port), targetBaseEndpoint: host.url });
  expect(await clone(`${replica.url}/team/app.git`)).toBe('done');
  host.asked.length = 0;
  const app = join(folder, 'app');
  git(app, 'commit', '--quiet', '--allow-empty', '-m', 'mine');
  expect(await gitIn(app, 'push', 'origin', 'main')).toContain('The requested URL returned error: 403');
  expect((await fetch(`${replica.url}/team/app.git/HEAD`)).status).toBe(403);
  expect(host.asked).toEqual([]);
});

test('git is told what is wrong, in a sentence of the agent', async () => {
  host.addRepository('team/app.git', { 'main.tf': '' });
  const token = await newPool(queue, 'gitlab', replica.port);
  const allows = (project: string) => project === 'team/app';
  const agent = agents.start({ token, targetBaseEndpoint: host.url, allows });
  expect(await clone(`${replica.url}/team/app.git`)).toBe('done');
  expect(await clone(`${replica.url}/other/app.git`)).toContain(
    'remote: this VCS agent does not allow project other/app (SPACELIFT_VCS_AGENT_ALLOWED_PROJECTS)',
  );
  host.instead = (_, response) => !!response.writeHead(302, { location: 'https://elsewhere.internal/x?token=t' }).end();
  const redirected = await clone(`${replica.url}/team/app.git`);
  expect(redirected).toContain(
    'cannot be used by its VCS agent: it redirects team/app.git (302) to https://elsewhere.internal/x,',
  );
  expect(redirected).not.toContain('token=t');
  agent.stop.abort();
  await agent.ended;
  agents.start({ token, targetBaseEndpoint: 'http://127.0.0.1:1' });
  expect(await clone(`${replica.url}/team/app.git`)).toContain(
    'remote: the git host http://127.0.0.1:1 cannot be used by its VCS agent: nothing listens there',
  );
});

test('without an agent a clone waits for one, and then says that there is none', async () => {
  host.addRepository('team/app.git', { 'main.tf': '' });
  const token = await newPool(queue, 'gitlab', replica.port);
  expect(await clone(`${replica.url}/team/app.git`)).toContain(
    'remote: no agent of VCS agent pool gitlab is connected to this replica of the control plane',
  );
  const waiting = clone(`${replica.url}/team/app.git`);
  agents.start({ token, targetBaseEndpoint: host.url });
  expect(await waiting).toBe('done');
});

test('an agent that dies in the middle of a clone ends it; the other agent of the pool carries the next', async () => {
  host.addRepository('team/app.git', { 'main.tf': '' });
  const token = await newPool(queue, 'gitlab', replica.port);
  const dying = agents.start({ token, targetBaseEndpoint: host.url, graceMs: 0 });
  host.instead = ({ url }, response) => {
    if (!url!.endsWith('/git-upload-pack')) return false;
    response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' }).write('0008NAK\n');
    dying.stop.abort();
    return true;
  };
  expect(await clone(`${replica.url}/team/app.git`)).toMatch(/fatal|error/);
  await dying.ended;
  host.instead = undefined;
  agents.start({ token, targetBaseEndpoint: host.url });
  expect(await clone(`${replica.url}/team/app.git`)).toBe('done');
});

test('two agents of a pool carry at the same time what one alone could not', async () => {
  host.addRepository('team/app.git', { 'main.tf': '' });
  const token = await newPool(queue, 'gitlab', replica.port);
  const held: (() => void)[] = [];
  host.instead = (_, response) => !!held.push(() => response.writeHead(404).end());
  for (const name of ['one', 'two']) agents.start({ token, targetBaseEndpoint: host.url, parallelism: 1, name });
  const both = [fetchRefs('a.git'), fetchRefs('b.git')];
  await until(() => held.length === 2, 'the host has both requests');
  held.forEach((answer) => answer());
  expect(await Promise.all(both)).toEqual([404, 404]);
});

const fetchRefs = async (repository: string): Promise<number> =>
  (await fetch(`${replica.url}/${repository}/info/refs?service=git-upload-pack`)).status;

test('agents of a pool that is deleted are cut off at once, and end with a sentence', async () => {
  const token = await newPool(queue, 'gitlab', replica.port);
  let isAsked = false;
  host.instead = () => (isAsked = true);
  const agent = agents.start({ token, targetBaseEndpoint: host.url });
  const refs = fetchRefs('team/app.git').catch(() => 'broken off');
  await until(() => isAsked, 'the host is asked');
  await queue.admin.vcsAgents.delete(token.poolId);
  expect(await refs).toBe(503);
  expect(String(await agent.ended)).toMatch(
    /^VcsAgentError: the control plane at http:..127\.0\.0\.1:\d+ refuses the token: the VCS agent pool of the token was deleted/,
  );
});
