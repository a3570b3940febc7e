import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EXIT_CODES, EXIT_CODES_HELP, exitCodeOf } from '../../src/cli/exit-codes';
import { makePool, makeStack } from '../control-plane/support/control-plane';
import { workerPoolCrd } from '../../src/api';
import { until } from '../support/until';
import { CommandLine } from './support/command-line';
import { SmallCluster } from './support/small-cluster';
import type { Result } from './support/program';

let cli: CommandLine;
let cluster: SmallCluster;

beforeAll(async () => {
  [cli, cluster] = await Promise.all([CommandLine.open(), SmallCluster.start()]);
  const { id } = await makePool(cli.controlPlane);
  await makeStack(cli.controlPlane, id);
  for (const lineage of ['ours', 'theirs']) {
    cli.write({ [`${lineage}.tfstate`]: JSON.stringify({ version: 4, serial: 1, lineage, resources: [] }) });
  }
});

afterAll(() => Promise.all([cli.close(), cluster.close()]));

const run = (...args: string[]) => cli.program.run(...args);
const push = (lineage: string) => run('stack', 'state', 'push', 'stack', cli.at(`${lineage}.tfstate`));

const doctor = () => cli.bare.run('doctor', '--kubeconfig', cluster.kubeconfig(cli.at()));

/** How a person comes to see each of them. */
const REACHED: Readonly<Record<keyof typeof EXIT_CODES, () => Promise<Result>>> = {
  done: () => run('pool', 'list'),
  failed: () => run('stack', 'create', 'a/b', '--pool', 'pool', '--source', cli.at()),
  usage: () => run('pool', 'update', 'pool'),
  denied: () => run('pool', 'list', '--api-key-id', 'nobody'),
  notFound: () => run('run', 'changes', 'nothing'),
  conflict: async () => {
    expect(await push('ours')).toMatchObject({ exitCode: 0 });
    return push('theirs');
  },
  unavailable: () => run('pool', 'list', '--url', 'https://127.0.0.1:1'),
  warned: () => {
    const stored = { ...workerPoolCrd(), status: { storedVersions: ['v1alpha1'] } };
    cluster.answers[cluster.crd] = stored;
    return doctor();
  },
  unseen: () => {
    cluster.answers[cluster.crd] = 403;
    return doctor();
  },
  interrupted: async () => {
    const following = cli.program.start('run', 'trigger', 'stack', '--follow');
    await until(() => following.hasPrinted('is queued'), 'the log is followed');
    following.interrupt();
    return following.ended;
  },
};

test.each(Object.entries(REACHED))('a program sees that something is %s', async (name, reach) => {
  const { exitCode, stderr } = await reach();
  expect({ exitCode, stderr }).toMatchObject({ exitCode: EXIT_CODES[name as keyof typeof EXIT_CODES].code });
  // What doctor finds is what was asked for, on standard output.
  expect(stderr.trim().split('\n').pop()).toMatch(['done', 'warned', 'unseen'].includes(name) ? /^$/ : /\w/);
});

test('no two have the same number, and no refusal has two', () => {
  const all = Object.values(EXIT_CODES);
  expect(new Set(all.map(({ code }) => code)).size).toBe(all.length);
  for (const { code, refusals } of all) for (const one of refusals) expect(exitCodeOf(one)).toBe(code);
});

test('the help of the program has them all', async () => {
  expect((await cli.bare.run('--help')).stdout).toContain(EXIT_CODES_HELP.trim());
});
