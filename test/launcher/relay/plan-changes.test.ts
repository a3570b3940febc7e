import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { MOST_CHANGES, type RunSpec } from '../../../src/protocol/messages';
import { until } from '../../support/until';
import { SHELLS, RunPod, runSpec, step } from '../support/run-pod';

let pod: RunPod;
afterEach(() => pod.remove());

const SECRET = 'hunter2-is-a-value';

/** As `show -json` of the tool has it. */
const change = (address: string, ...actions: readonly string[]): object => ({
  address,
  mode: 'managed',
  change: { actions, before: { password: SECRET }, after: { password: SECRET }, after_sensitive: { password: true } },
});

const PLAN = {
  format_version: '1.2',
  variables: { password: { value: SECRET } },
  resource_changes: [change('aws_vpc.main', 'create'), change('aws_eip.old', 'delete')],
  output_changes: { password: { actions: ['create'], after: SECRET, after_sensitive: true } },
  prior_state: { values: { outputs: { password: { value: SECRET } } } },
};

/** A run whose plan has changes, in whose folder lies `plan.json`. */
async function planned(
  showPlanCommand: string,
  { exitCode = 2, ...more }: Partial<RunSpec> & { exitCode?: number } = {},
) {
  const plan = step('plan', `echo planned; exit ${exitCode}`, [2]);
  pod = await RunPod.ready(runSpec([plan], { planStep: 'plan', showPlanCommand, ...more }));
  await writeFile(join(pod.paths.workspace, 'plan.json'), JSON.stringify(PLAN));
  return pod;
}

describe('the changes of a plan', () => {
  test.each(SHELLS)('are told by %s before the outcome, without any value', async (...shell) => {
    const { api } = await planned('cat plan.json');
    const relayed = pod.relay();
    const worker = pod.worker({}, shell);
    await relayed;
    expect(await worker.exitCode).toBe(0);
    expect(api.changes).toMatchObject([
      {
        counts: { create: 1, delete: 1, update: 0, outputs: 1, resources: 1 },
        changes: [
          { address: 'aws_eip.old', action: 'delete' },
          { address: 'aws_vpc.main', action: 'create' },
        ],
        outputs: [{ name: 'password', action: 'create' }],
        isCut: false,
      },
    ]);
    expect(JSON.stringify(api.changes)).not.toContain(SECRET);
    expect(api.requests.indexOf('changes')).toBeLessThan(api.requests.indexOf('outcome'));
    expect(await worker.stdout).toBe('planned\n');
    expect(api.text()).not.toContain(SECRET);
    expect(api.outcomes).toMatchObject([{ reason: 'Succeeded', hasChanges: true }]);
  });

  test('are told of a plan that is far larger than what may leave the Pod', async () => {
    const print = `process.stdout.write('{"resource_changes":[');
      for (let n = 0; n < 20000; n += 1) process.stdout.write((n > 0 ? ',' : '') + JSON.stringify({
        address: 'x[' + n + ']', change: { actions: [n === 19999 ? 'delete' : 'create'], after: '${SECRET}'.repeat(30) } }));
      process.stdout.write(']}')`;
    const { api, paths } = await planned(`'${process.execPath}' print.js`);
    await writeFile(join(paths.workspace, 'print.js'), print);
    const relayed = pod.relay();
    pod.worker();
    await relayed;
    const [told] = api.changes;
    expect(told).toMatchObject({ counts: { create: 19_999, delete: 1 }, isCut: true });
    expect(told!.changes).toContainEqual({ address: 'x[19999]', action: 'delete' });
    expect(JSON.stringify(told).length).toBeLessThan(MOST_CHANGES.bytes + 1024);
  });

  test('have what the pool wants masked hidden', async () => {
    const { api } = await planned('cat plan.json', { environment: { NAME: 'aws_eip' } });
    const relayed = pod.relay();
    pod.worker({ SPACELIFT_MASK_ENVS: 'NAME' });
    await relayed;
    expect(api.changes).toMatchObject([{ changes: [{ address: '***.old' }, { address: 'aws_vpc.main' }] }]);
  });

  test.each([
    { what: 'a plan without changes', command: 'touch shown', exitCode: 0 },
    { what: 'a plan that fails', command: 'touch shown', exitCode: 1 },
  ])('are not looked for in $what', async ({ command, exitCode }) => {
    const { api, paths } = await planned(command, { exitCode });
    const relayed = pod.relay();
    await pod.worker().exitCode;
    await relayed;
    expect(existsSync(join(paths.workspace, 'shown'))).toBe(false);
    expect(api.requests).not.toContain('changes');
    expect(api.text()).not.toContain('no list of the changes');
  });
});

describe('a run has its success, and its log says that there is no list of changes, when', () => {
  const WHY = 'There is no list of the changes of the plan: the command that shows the plan';

  test.each([
    ['the command fails', 'echo nonsense; exit 3', `${WHY} ended with exit code 3.`],
    ['it says something else', 'echo "{}{}"', `${WHY} ended with exit code 0.`],
    ['it ends in its midst', `printf '{"resource_changes":[{"addr'`, `${WHY} ended with exit code 0.`],
    ['it does not end', 'exec sleep 600', `${WHY} ended with exit code 137.`],
    ['it is not there', 'no-such-tool', `${WHY} ended with exit code 127.`],
  ])('%s', async (_, command, sentence) => {
    const { api } = await planned(command);
    const relayed = pod.relay();
    const worker = pod.worker({}, ['dash'], '0.01');
    await relayed;
    expect(await worker.exitCode).toBe(0);
    expect(api.changes).toEqual([]);
    expect(api.text('system')).toContain(`${sentence}\n`);
    expect(api.outcomes).toMatchObject([{ reason: 'Succeeded', hasChanges: true }]);
  });

  test('the control plane does not take it', async () => {
    const { api } = await planned('cat plan.json');
    api.refusals.set('changes', 'too-large');
    const relayed = pod.relay();
    pod.worker();
    await relayed;
    expect(api.text('system')).toContain('There is no list of the changes of the plan: the test refuses changes.\n');
    expect(api.outcomes).toMatchObject([{ reason: 'Succeeded', hasChanges: true }]);
  });

  test('the container is killed meanwhile', async () => {
    const { api } = await planned('echo "{"; touch shown; exec sleep 600');
    const relayed = pod.relay();
    const worker = pod.worker();
    await until(() => existsSync(join(pod.paths.workspace, 'shown')), 'the plan is shown');
    worker.child.kill('SIGKILL');
    await relayed;
    expect(api.text('system')).toContain(`${WHY} did not end.\n`);
    expect(api.outcomes).toMatchObject([{ reason: 'Succeeded', hasChanges: true }]);
  });
});

test('a stop ends the command that shows the plan, and takes nothing from what has succeeded', async () => {
  const { api } = await planned('touch shown; exec sleep 600');
  const relayed = pod.relay();
  const worker = pod.worker();
  await until(() => existsSync(join(pod.paths.workspace, 'shown')), 'the plan is shown');
  api.stop('enough');
  await relayed;
  expect(await worker.exitCode).toBe(0);
  expect(api.outcomes).toMatchObject([{ reason: 'Succeeded', hasChanges: true }]);
});
