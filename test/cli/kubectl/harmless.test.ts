/** Whatever somebody writes into a cluster, nothing of it steers the terminal of who looks at it. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { pluginCommands, PLUGIN } from '../../../src/cli/kubectl';
import { run } from '../../../src/cli/run-program';
import { owner, podOf, pool, worker } from '../../doctor/cases/fixtures';
import { removeFolder, temporaryFolder } from '../../support/folder';
import { HOSTILE } from '../support/hostile-control-plane';
import { SmallCluster } from '../support/small-cluster';

const STEERING = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\p{Bidi_Control}]/gu;
/** Colours of our own begin anew, and end. */
const OWN_COLOURS = /\u001b\[0(;\d+)?m/g;

const folder = temporaryFolder();
const isTTY = process.stdout.isTTY;
let cluster: SmallCluster;

beforeAll(async () => {
  cluster = await SmallCluster.start();
  const at = '/apis/workers.spacelift.io/v1beta1';
  const condition = { type: 'Ready', status: 'False', reason: HOSTILE, message: HOSTILE, lastTransitionTime: HOSTILE };
  const hostile = pool({ status: { observedGeneration: 1, conditions: [condition as never] } });
  const busy = worker(hostile, {}, { state: HOSTILE, currentRunID: HOSTILE });
  const pod = podOf(busy);
  const waiting = { name: 'init', state: { waiting: { reason: 'ErrImagePull', message: HOSTILE } } };
  const stuck = { ...pod, status: { phase: 'Pending', initContainerStatuses: [waiting] } };
  const orphan = {
    ...pod,
    metadata: { ...pod.metadata, name: HOSTILE, ownerReferences: [owner('Worker', HOSTILE, 'x')] },
  };
  const event = {
    metadata: { name: 'e' },
    type: HOSTILE,
    reason: HOSTILE,
    message: HOSTILE,
    involvedObject: { kind: HOSTILE },
  };
  for (const scope of ['', '/namespaces/network']) {
    Object.assign(cluster.answers, {
      [`${at}${scope}/workerpools`]: { items: [hostile] },
      [`${at}${scope}/workers`]: { items: [busy] },
      [`/api/v1${scope}/pods`]: { items: [stuck, orphan] },
      [`/api/v1${scope}/events`]: { items: [event] },
    });
  }
  process.env.XDG_CONFIG_HOME = folder;
});

afterEach(() => {
  Object.assign(process.stdout, { isTTY });
  process.exitCode = undefined;
});

afterAll(async () => {
  await cluster.close();
  removeFolder(folder);
});

async function said(...args: string[]): Promise<string> {
  const write = process.stdout.write.bind(process.stdout);
  let printed = '';
  Object.assign(process.stdout, { write: (text: string) => Boolean((printed += text)) });
  try {
    await run(PLUGIN, pluginCommands(), [...args, '--kubeconfig', cluster.kubeconfig(folder)]);
    return printed;
  } finally {
    Object.assign(process.stdout, { write });
  }
}

test.each([
  ['doctor', 'pod-orphaned'],
  ['runs --all -A', 'preparing'],
  ['describe production -n network', 'CONDITION'],
])('%s is harmless at a terminal and in a pipe', async (command, expected) => {
  for (const isLookedAt of [true, false]) {
    Object.assign(process.stdout, { isTTY: isLookedAt });
    const text = await said(...command.split(' '));
    expect(text).toContain(expected);
    expect(text.replace(OWN_COLOURS, '').match(STEERING)).toBeNull();
    expect(text).not.toMatch(/^FAKED/m);
  }
});
