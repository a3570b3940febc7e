import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { init } from '../../../../src/launcher/init/init';
import { SHIM_PATH } from '../../../../src/launcher/shim/path';
import { connectPoll } from '../../../../src/protocol/client';
import type { WorkerView } from '../../../../src/protocol/messages';
import type { ControlPlaneSession } from '../../../../src/protocol/session';
import { parseVcsAgentToken } from '../../../../src/protocol/vcs-agents';
import { systemClock } from '../../../../src/time';
import { NO_SPANS } from '../../../../src/tracing/spans';
import { makePool, newWorker, TestControlPlane, type TestPool } from '../../../control-plane/support/control-plane';
import { removeFolder, temporaryFolder } from '../../../support/folder';
import { until } from '../../../support/until';
import { GitHost } from '../../../vcs-agent/support/git-host';
import { Agents } from '../../../vcs-agent/support/tunnel';
import { mountPool } from '../../support/pod-of-processes';

const TOKEN = 's3cret-t0ken';

let folder: string;
let controlPlane: TestControlPlane;
let pool: TestPool;
let session: ControlPlaneSession;
let view: WorkerView | undefined;
let host: GitHost;
let agents: Agents;
let agentToken: string;
const worker = newWorker();

beforeEach(async () => {
  folder = temporaryFolder();
  controlPlane = await TestControlPlane.start();
  pool = await makePool(controlPlane);
  const { token, privateKeyPem } = pool;
  const events = { onView: (newest: WorkerView) => void (view = newest), onStatus: () => undefined };
  session = connectPoll({ token, privateKeyPem, session: 'pool-uid', userAgent: 'test/1' }, events);
  await session.register({ workers: [worker] });
  host = await GitHost.start();
  host.credentials = `git:${TOKEN}`;
  agents = new Agents();
  agentToken = (await controlPlane.admin.vcsAgents.create({ name: 'gitlab' })).config!;
});

afterEach(async () => {
  await agents.close();
  await session.close();
  await controlPlane.close();
  await host.stop();
  removeFolder(folder);
});

/** `init` of a run of a stack whose repository is behind the agents. @returns the workspace */
async function runInit(environment: Readonly<Record<string, string>> = {}, submodules = false): Promise<string> {
  const repository = { url: 'private://gitlab/team/app.git', submodules, credentials: { token: TOKEN } };
  await controlPlane.admin.createStack({ name: 'hello', pool: pool.id, repository });
  const { id } = await controlPlane.admin.createRun({ stack: 'hello', type: 'PROPOSED' });
  const assignment = await until(() => view?.assignment?.runId === id && view.assignment, 'the worker has the run');
  if (!assignment) throw new Error('unreachable');
  const paths = {
    ...{ workspace: join(folder, 'workspace'), binaries: join(folder, 'binaries'), exchange: join(folder, 'exchange') },
    ...{ binariesCache: join(folder, 'cache'), credentials: join(folder, 'credentials') },
  };
  await mountPool(paths.credentials, pool);
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const { runId, stage, attempt, fence, startDeadline } = assignment;
  const identity = { runId, stage, attempt, fence, startDeadline, workerName: worker.name, podUid: 'pod' };
  const signal = new AbortController().signal;
  const given = { identity, paths, environment, logger, signal, clock: systemClock, shim: SHIM_PATH, spans: NO_SPANS };
  await init({ ...given, version: 'test' }).finally(async () => {
    const log = await controlPlane.admin.readLog(id, 0);
    said = log.map(({ text }) => text).join('');
  });
  return paths.workspace;
}

let said = '';

test('init clones through the control plane and an agent, with the credentials of the stack', async () => {
  const commit = host.addRepository('team/app.git', { 'main.tf': '# hello\n' });
  agents.start({ token: parseVcsAgentToken(agentToken)!, targetBaseEndpoint: host.url });
  const workspace = await runInit();
  expect(readFileSync(join(workspace, 'main.tf'), 'utf8')).toBe('# hello\n');
  expect(await readdir(workspace)).not.toContain('.git');
  expect(said).toContain(`Commit ${commit} of branch main: first`);
  expect(`${said}${JSON.stringify(agents.lines)}`).not.toContain(TOKEN);
});

test('init goes straight to the base endpoint that its variables map the pool to', async () => {
  host.addRepository('team/app.git', { 'main.tf': '# hello\n' });
  const workspace = await runInit({
    SPACELIFT_PRIVATEVCS_MAPPING_NAME_0: 'another',
    SPACELIFT_PRIVATEVCS_MAPPING_BASE_ENDPOINT_0: 'http://127.0.0.1:1',
    SPACELIFT_PRIVATEVCS_MAPPING_NAME_1: 'gitlab',
    SPACELIFT_PRIVATEVCS_MAPPING_BASE_ENDPOINT_1: `${host.url}/`,
    http_proxy: 'http://127.0.0.1:1',
  });
  expect(readFileSync(join(workspace, 'main.tf'), 'utf8')).toBe('# hello\n');
});

const STRAIGHT = { SPACELIFT_PRIVATEVCS_MAPPING_NAME_0: 'gitlab' };
const straight = () => ({ ...STRAIGHT, SPACELIFT_PRIVATEVCS_MAPPING_BASE_ENDPOINT_0: host.url });

/** A stack whose repository has a submodule at an address. */
function withModule(url: string): void {
  const commit = host.addRepository('team/module.git', { 'module.tf': 'module' });
  const modules = `[submodule "a"]\n\tpath = a\n\turl = ${url}\n`;
  host.addRepository('team/app.git', { '.gitmodules': modules }, { a: commit });
}

test('a submodule of the same host comes the same way', async () => {
  withModule('../module.git');
  const workspace = await runInit(straight(), true);
  expect(readFileSync(join(workspace, 'a', 'module.tf'), 'utf8')).toBe('module');
});

test('a submodule without TLS is refused, though git speaks so to init itself', async () => {
  withModule(`${host.url}/team/module.git`);
  await expect(runInit(straight(), true)).rejects.toThrow('neither of https nor of ssh');
  expect(host.asked.filter((asked) => asked.includes('module.git'))).toEqual([]);
});

test('a run that its agent lets read nothing ends with the sentence of the agent', async () => {
  const token = parseVcsAgentToken(agentToken)!;
  agents.start({ token, targetBaseEndpoint: host.url, allows: () => false });
  await expect(runInit()).rejects.toThrow(
    'This VCS agent does not allow project team/app (SPACELIFT_VCS_AGENT_ALLOWED_PROJECTS).',
  );
  expect(said).toContain('does not allow project team/app');
});

test('a stack can name none but a pool that is there', async () => {
  const repository = { url: 'private://nowhere/team/app.git' };
  await expect(controlPlane.admin.createStack({ name: 'hello', pool: pool.id, repository })).rejects.toThrow(
    'there is no VCS agent pool nowhere',
  );
});
