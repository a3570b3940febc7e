import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { FILE } from '../../../src/launcher/exchange';
import { EXIT } from '../../../src/protocol/exit-codes';
import { certificateFingerprint } from '../../../src/protocol/auth';
import { until } from '../../support/until';
import { mountCredentials, poolCredentials } from '../support/credentials';
import { craftedArchive } from '../support/crafted-archive';
import { mountPolicy, policyVariables, RUN_OF_POLICY } from '../support/policies';
import { RunPod, runSpec, step } from '../support/run-pod';

const EXCLUSIVE = craftedArchive([
  { path: 'a', content: 'x' },
  { path: 'a/b', content: 'x' },
]);

let pod: RunPod;
afterEach(() => pod.remove());

const preparing = runSpec([step('plan', 'tofu plan')], { stage: 'preparing', environment: { SECRET: 's3cret' } });

async function newPod(run = preparing): Promise<RunPod> {
  pod = await RunPod.create(run);
  await pod.source({ 'main.tf': 'resource' });
  return pod;
}

const nothingIsLaidDown = (): void => {
  for (const folder of [pod.paths.workspace, pod.paths.exchange, pod.paths.binaries])
    expect(existsSync(folder)).toBe(false);
};

test('lays down source, steps, environment and shim, and says so in the log', async () => {
  const { paths, api } = await newPod();
  await pod.init();
  expect(await readFile(join(paths.workspace, 'main.tf'), 'utf8')).toBe('resource');
  expect((await stat(join(paths.binaries, 'spacelift-worker'))).mode & 0o111).toBe(0o111);
  expect(await readFile(join(paths.exchange, 'step-1.command'), 'utf8')).toBe('tofu plan\n');
  expect((await stat(join(paths.exchange, 'environment.sh'))).mode & 0o007).toBe(0);
  expect(await readFile(join(paths.exchange, 'run.json'), 'utf8')).not.toContain('s3cret');
  expect(api.startedBy).toBe('pod-uid');
  expect(api.logs.init.map((entry) => entry.text)).toEqual([
    `Run ${preparing.runId} of network, preparing, on worker pool-01.\n`,
    'The source was fetched.\n',
  ]);
});

test('starts over what an earlier try of the same Pod left behind', async () => {
  const { paths } = await newPod();
  await mkdir(paths.workspace, { recursive: true });
  await writeFile(join(paths.workspace, 'half a file'), '');
  await pod.init();
  await pod.init();
  expect(await readdir(paths.workspace)).toEqual(['main.tf']);
});

describe('does not begin, and says why in one sentence,', () => {
  test.each([
    { case: 'a token that is not base64', token: '{}', says: /illegal base64 data at input byte 0/ },
    { case: 'a token that is none', token: 'e30=', says: /the token has missing or malformed parts/ },
    { case: 'an empty token', token: '', says: /the token is empty/ },
    { case: 'a key that is no key', privateKey: 'aGVsbG8=', says: /not of a PEM private key/ },
  ])('with $case', async ({ token, privateKey, says }) => {
    const { paths, api, credentials } = await newPod();
    await mountCredentials(
      paths.credentials,
      token ?? credentials.token(api.endpoint),
      privateKey ?? credentials.privateKey,
    );
    await expect(pod.init()).rejects.toMatchObject({
      exitCode: EXIT.credentials,
      message: expect.stringMatching(says),
    });
    expect(api.requests).toEqual([]);
    nothingIsLaidDown();
  });

  test('with the key of another pool', async () => {
    const { paths, api, credentials } = await newPod();
    const other = await poolCredentials();
    await mountCredentials(paths.credentials, credentials.token(api.endpoint), other.privateKey);
    await expect(pod.init()).rejects.toMatchObject({
      exitCode: EXIT.credentials,
      message: expect.stringContaining('belong to different pools'),
    });
    nothingIsLaidDown();
  });

  test('without the Secret', async () => {
    const { paths } = await newPod();
    await rm(paths.credentials, { recursive: true });
    await expect(pod.init()).rejects.toMatchObject({
      exitCode: EXIT.credentials,
      message: expect.stringMatching(/cannot be read \(ENOENT\)\. It is mounted from the pool's Secret/),
    });
    nothingIsLaidDown();
  });

  test('when the control plane cannot be reached before the start deadline', async () => {
    const { api } = await newPod();
    await api.close();
    await expect(pod.init({ startDeadline: Date.now() + 1500 })).rejects.toMatchObject({
      exitCode: EXIT.unreachable,
      message: expect.stringMatching(
        /^The run could not be started in time\. .* cannot be reached: nothing listens there\.$/,
      ),
    });
    nothingIsLaidDown();
  });

  test.each([
    { code: 'fenced', exitCode: EXIT.fenced, says: 'this Pod carries out nothing' },
    { code: 'already-started', exitCode: EXIT.alreadyStarted, says: 'Another Pod has already started' },
    { code: 'not-found', exitCode: EXIT.rejected, says: 'refuses this Pod (not-found)' },
  ] as const)('when the start is refused: $code', async ({ code, exitCode, says }) => {
    const { api } = await newPod();
    api.refusals.set('start', code);
    await expect(pod.init()).rejects.toMatchObject({ exitCode, message: expect.stringContaining(says) });
    expect(api.logs.init).toEqual([]);
    nothingIsLaidDown();
  });
});

test('a control plane that comes back before the deadline starts the run', async () => {
  const { api } = await newPod();
  await api.close();
  const begun = pod.init({ startDeadline: Date.now() + 20_000 });
  await until(() => pod.warnings.length > 0, 'init finds nobody there');
  await api.open();
  await begun;
  expect(pod.warnings[0]).toContain('cannot be reached');
});

test('takes up the credentials that a reset of the pool brought, when the control plane refuses the ones it has', async () => {
  const { api, paths, credentials } = await newPod();
  const renewed = await poolCredentials();
  api.acceptedKey = certificateFingerprint(renewed.certificate);
  const { requests } = api;
  const begun = pod.init({ startDeadline: Date.now() + 20_000 });
  await until(() => requests.length > 0, 'a first request');
  // The new token comes before the new key: a pair that does not belong together is not taken up.
  await mountCredentials(paths.credentials, renewed.token(api.endpoint), credentials.privateKey);
  const refused = requests.length;
  await until(() => requests.length > refused, 'another request');
  await mountCredentials(paths.credentials, renewed.token(api.endpoint), renewed.privateKey);
  await begun;
  expect(pod.warnings[0]).toContain('the test refuses start');
  expect(api.startedBy).toBe('pod-uid');
});

describe('ends the run with ConfigError when it cannot use', () => {
  const variable = (name: string, value: string): Record<string, string> => ({ [name]: value });
  test.each([
    { case: 'a source that is no archive', source: Buffer.from('<html>'), says: "The stack's source cannot be used." },
    { case: 'a source whose entries exclude each other', source: EXCLUSIVE, says: 'is in the place of another entry.' },
    { case: 'a project root that is not in the source', projectRoot: 'nowhere', says: "no folder 'nowhere'" },
    { case: 'a project root outside of the source', projectRoot: '../..', says: "no folder '../..'" },
    { case: 'a name with a blank', environment: variable('A B', '1'), says: 'Environment variable "A B": ' },
    { case: 'a variable too large', environment: variable('BIG', 'x'.repeat(150_000)), says: 'BIG has 150,005 bytes' },
    { case: 'a run state that is not sealed', stage: 'applying' as const, says: 'The saved run state cannot be used.' },
  ])('$case', async ({ source, says, ...changes }) => {
    const { api } = await newPod({ ...preparing, ...changes });
    if (source !== undefined) api.source = source;
    api.workspace = Buffer.from('something else');
    await expect(pod.init()).rejects.toMatchObject({ exitCode: EXIT.source, message: expect.stringContaining(says) });
    expect(api.outcomes).toMatchObject([{ reason: 'ConfigError', message: expect.stringContaining(says) }]);
    expect(api.logs.init.at(-1)?.text).toContain(says);
  });
});

test('leaves out what a stack sets of the settings of the pool, and says so', async () => {
  const environment = { SPACELIFT_MASK_ENVS: 'NONE', WORKER_POOLS_STAGE: 'mine', KEPT: 'yes' };
  const { api, paths } = await newPod({ ...preparing, environment });
  await pod.init();
  expect(api.logs.init.map(({ text }) => text)).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^Environment variable SPACELIFT_MASK_ENVS is a setting of the pool.* It is left out\.\n$/),
      expect.stringMatching(/^Environment variable WORKER_POOLS_STAGE: .* It is left out\.\n$/),
    ]),
  );
  const left = JSON.parse(await readFile(join(paths.exchange, FILE.stackEnvironment), 'utf8')) as unknown;
  expect(left).toEqual({ KEPT: 'yes' });
  expect(await readFile(join(paths.exchange, FILE.environment), 'utf8')).toMatch(/^export KEPT='yes'\nset --/);
});

describe('refuses a run whose pool has a policy that cannot be asked, and lays down nothing:', () => {
  const NONE = '/nowhere/policy.rego';
  test.each([
    {
      case: 'without its file',
      variables: policyVariables(NONE),
      says: /cannot be read \(ENOENT\): mount the ConfigMap/,
    },
    { case: 'a folder', variables: policyVariables('/nowhere'), says: /must end in \.rego/ },
    { case: 'no image', variables: policyVariables(NONE, ''), says: /controller is too old/ },
    { case: 'of no run', run: { ...RUN_OF_POLICY, policySubject: undefined }, says: /control plane is too old/ },
    { case: 'without OPA', says: /The launcher image has no OPA at \/nowhere\/opa that can be started/ },
  ])('$case', async ({ run = RUN_OF_POLICY, variables, says }) => {
    const { api } = await newPod(run);
    const environment = variables ?? (await mountPolicy(pod, 'package spacelift\n'));
    const message = expect.stringMatching(says);
    const refused = expect.objectContaining({ exitCode: EXIT.source, message });
    await expect(pod.init({}, environment, { opa: '/nowhere/opa' })).rejects.toEqual(refused);
    expect(api.outcomes).toMatchObject([{ reason: 'ConfigError', message }]);
    expect(existsSync(pod.paths.workspace)).toBe(false);
  });
});

test('asks for what a policy reads only where the pool has one', async () => {
  const { api } = await newPod();
  await pod.init();
  expect(api.started).toMatchObject({ asksPolicy: false });
  await expect(pod.init({}, policyVariables('/nowhere/policy.rego'))).rejects.toThrow();
  expect(api.started).toMatchObject({ asksPolicy: true });
});
