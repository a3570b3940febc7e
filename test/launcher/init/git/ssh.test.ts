import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { GitCredentials } from '../../../../src/protocol/messages';
import { INSTALL_TIMEOUT_MS } from '../../../support/debian-package';
import { SshGitHost } from '../../../support/ssh-git-host';
import { RunPod, runSpec, step } from '../../support/run-pod';

let host: SshGitHost;
let hash: string;
let pod: RunPod;
beforeAll(async () => {
  host = await SshGitHost.start();
  hash = host.repository('network').commit('Add a network', { 'main.tf': '' });
}, INSTALL_TIMEOUT_MS);
afterAll(() => host.stop());
afterEach(() => pod.remove());

async function init(credentials: GitCredentials): Promise<void> {
  const which = { branch: 'main', commit: null, submodules: false, lfs: false, sparse: false };
  const git = { url: host.url('network'), ...which, credentials };
  pod = await RunPod.create(runSpec([step('plan', 'tofu plan')], { stage: 'preparing', git }));
  await pod.init();
}

test('clones by a deploy key from a host that is known', async () => {
  await init({ deployKey: host.key('deploy-key'), knownHosts: host.knownHosts() });
  expect(await readdir(pod.paths.workspace)).toEqual(['main.tf']);
  expect(pod.api.commits).toMatchObject([{ hash, message: 'Add a network', author: 'Ada Lovelace' }]);
});

test.each([
  {
    case: 'whose key is not known',
    credentials: () => ({ deployKey: host.key('deploy-key') }),
    says: /^127\.0\.0\.1 shows a host key that is not among the known hosts of the stack\./,
  },
  {
    case: 'that shows another key than the known one',
    credentials: () => ({ deployKey: host.key('deploy-key'), knownHosts: host.knownHosts('other-key') }),
    says: /^127\.0\.0\.1 shows a host key that is not among the known hosts of the stack\./,
  },
  {
    case: 'that refuses the deploy key',
    credentials: () => ({ deployKey: host.key('other-key'), knownHosts: host.knownHosts() }),
    says: /^127\.0\.0\.1 refuses the deploy key of the stack/,
  },
  {
    case: 'with what is no key',
    credentials: () => ({ deployKey: 'no key', knownHosts: host.knownHosts() }),
    says: /^127\.0\.0\.1 refuses the deploy key of the stack, or it is none/,
  },
])('speaks no further with a host $case', async ({ credentials, says }) => {
  await expect(init(credentials())).rejects.toMatchObject({ message: expect.stringMatching(says) });
  expect(pod.api.outcomes).toMatchObject([{ reason: 'ConfigError' }]);
  expect(JSON.stringify(pod.api.logs)).not.toContain('PRIVATE KEY');
});
