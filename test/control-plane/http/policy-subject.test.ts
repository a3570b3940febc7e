/** What the control plane tells a launcher whose pool has an initialization policy. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PolicySubject } from '../../../src/protocol/messages';
import { TestWorker } from '../../cli/support/worker';
import { makePool, makeStack, TestControlPlane, type TestPool } from '../support/control-plane';

let controlPlane: TestControlPlane;
let pool: TestPool;
let worker: TestWorker;

beforeEach(async () => {
  controlPlane = await TestControlPlane.start({});
  pool = await makePool(controlPlane);
  await makeStack(controlPlane, pool.id, 'network', true);
  worker = await TestWorker.register(pool);
});

afterEach(async () => {
  await worker.close();
  await controlPlane.close();
});

test('tells of run, stack, creator and what the run has of its own, and no value of a variable', async () => {
  const environment = { TF_VAR_token: 's3cret' };
  const { id } = await controlPlane.admin.createRun({
    ...{ stack: 'network', type: 'PROPOSED', projectRoot: 'infra', commitSha: 'c0ffee1', environment },
  });
  const pod = await worker.startPod();
  const { policySubject } = await pod.start(true, true);
  expect(PolicySubject.parse(policySubject)).toEqual(policySubject);
  expect(policySubject).toMatchObject({
    run: {
      ...{ id, type: 'PROPOSED', stage: 'preparing', triggered_by: 'in process' },
      creator: { kind: 'process', role: 'admin' },
      commit: { hash: 'c0ffee1', message: null, branch: null },
      runtime_config: { project_root: 'infra', environment: expect.arrayContaining(['TF_VAR_token']) },
      runtime_config_changes: { project_root: 'infra', runner_image: null, environment: ['TF_VAR_token'] },
    },
    stack: { name: 'network', tool: 'OPENTOFU', autodeploy: true },
  });
  expect(JSON.stringify(policySubject)).not.toContain('s3cret');
});

test('tells it to nobody who does not ask', async () => {
  await controlPlane.admin.createRun({ stack: 'network', type: 'PROPOSED' });
  const pod = await worker.startPod();
  expect(await pod.start()).not.toHaveProperty('policySubject');
});

test('takes the outcome of a policy that denied the run', async () => {
  const { id } = await controlPlane.admin.createRun({ stack: 'network', type: 'PROPOSED' });
  const pod = await worker.startPod();
  await pod.outcome('PolicyDenied', false, 'The initialization policy of the pool denied the run: no');
  expect(await controlPlane.admin.run(id)).toMatchObject({ state: 'FAILED', reason: 'PolicyDenied' });
});
