import { describe, expect, test } from '@jest/globals';
import type { WorkerPoolSpec } from '../../../src/api';
import { imageHost, refusedRunnerImageHost, runnerImage } from '../../../src/controller/run/images';
import type { Assignment } from '../../../src/protocol/messages';
import { anAssignment, aPool } from './fixtures';

describe('the runner image', () => {
  const defaults = { defaultRunnerImage: 'pool/tofu', defaultAnsibleRunnerImage: 'pool/ansible' };
  const account = 'control-plane.test/runner:1';

  test.each<[string, Partial<Assignment>, WorkerPoolSpec, string]>([
    ['is the stack’s when it names one', { runnerImage: 'stack/image' }, { pod: defaults }, 'stack/image'],
    ['is the pool’s default otherwise', {}, { pod: defaults }, 'pool/tofu'],
    ['is the pool’s Ansible default for Ansible', { vendor: 'ansible' }, { pod: defaults }, 'pool/ansible'],
    ['is the account’s when the pool has none', {}, {}, account],
    [
      'is the account’s for Ansible when only the other default is set',
      { vendor: 'ansible' },
      { pod: { defaultRunnerImage: 'x' } },
      account,
    ],
  ])('%s', (_what, assignment, spec, expected) => {
    expect(runnerImage(anAssignment(assignment), aPool(spec))).toBe(expected);
  });
});

describe('the registry of an image', () => {
  test.each([
    ['alpine', 'docker.io'],
    ['alpine:3.20', 'docker.io'],
    ['someone/image:1', 'docker.io'],
    ['index.docker.io/library/alpine', 'index.docker.io'],
    ['registry.test/team/image@sha256:00', 'registry.test'],
    ['Registry.Test/team/image', 'Registry.Test'],
    ['registry.test:5000/image', 'registry.test:5000'],
    ['localhost/image', 'localhost'],
    ['localhost:5000/image', 'localhost:5000'],
    ['tools/runner:1', 'docker.io'],
    ['TOOLS/runner:1', 'TOOLS'],
    ['Tools/runner:1', 'Tools'],
    ['LOCALHOST/runner:1', 'LOCALHOST'],
    ['registry:5000/runner:1', 'registry:5000'],
    ['[fd00::10]:5000/team/runner:1', '[fd00::10]:5000'],
    ['alpine@sha256:0000', 'docker.io'],
  ])('of %s is %s', (image, host) => {
    expect(imageHost(image)).toBe(host);
  });
});

describe('spec.allowedRunnerImageHosts', () => {
  test.each<[string, string[] | undefined, string | undefined, string | undefined]>([
    ['unset allows every host', undefined, 'registry.test/image', undefined],
    ['allows a host that it lists', ['registry.test'], 'registry.test/image', undefined],
    ['compares without regard to case', ['Registry.Test'], 'registry.test/image', undefined],
    ['refuses a host that it does not list', ['registry.test'], 'other.test/image', 'other.test'],
    [
      'refuses a host that only begins like one',
      ['registry.test'],
      'registry.test.evil.test/image',
      'registry.test.evil.test',
    ],
    ['takes an image without a host for docker.io', ['registry.test'], 'alpine', 'docker.io'],
    ['allows an image without a host by docker.io', ['docker.io'], 'alpine', undefined],
    ['refuses everything when it is empty', [], 'registry.test/image', 'registry.test'],
    ['says nothing of the pool’s own defaults', ['registry.test'], undefined, undefined],
  ])('%s', (_what, allowedRunnerImageHosts, image, refused) => {
    const assignment = anAssignment(image === undefined ? {} : { runnerImage: image });
    const spec = { allowedRunnerImageHosts, pod: { defaultRunnerImage: 'elsewhere.test/image' } };
    expect(refusedRunnerImageHost(assignment, aPool(spec))).toBe(refused);
  });

  const allowedRunnerImageHosts = ['docker.io', 'registry.test', '[fd00::10]:5000'];
  test.each<[string, string | undefined]>([
    ['alpine:3.20', undefined],
    ['tools/runner:1', undefined],
    ['TOOLS/runner:1', 'TOOLS'],
    ['Tools/runner:1', 'Tools'],
    ['LOCALHOST/runner:1', 'LOCALHOST'],
    ['localhost/runner:1', 'localhost'],
    ['index.docker.io/library/alpine:3.20', undefined],
    ['registry-1.docker.io/library/alpine:3.20', 'registry-1.docker.io'],
    ['REGISTRY.test/a/b:1', undefined],
    ['registry.test:443/a/b:1', 'registry.test:443'],
    ['registry:5000/a:1', 'registry:5000'],
    ['[fd00::10]:5000/a/b:1', undefined],
    ['[fd00::11]:5000/a/b:1', '[fd00::11]:5000'],
    ['docker.io.test/a:1', 'docker.io.test'],
    [`alpine@sha256:${'0'.repeat(64)}`, undefined],
    [`registry.test/a@sha256:${'0'.repeat(64)}`, undefined],
  ])('with three hosts reads %s as the node does, and refuses %s', (runnerImage, refused) => {
    expect(refusedRunnerImageHost(anAssignment({ runnerImage }), aPool({ allowedRunnerImageHosts }))).toBe(refused);
  });
});
