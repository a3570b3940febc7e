import { describe, expect, it } from '@jest/globals';
import type { WorkerPoolPod } from '../../../src/api';
import { policyProblem, policySourceOf, type ConfigMap } from '../../../src/controller/worker-pool/policy-check';
import { built } from '../run/fixtures';

const FOLDER = '/opt/spacelift/policies/initialization';
const VARIABLE = 'SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY';

/** A pool whose policy lies in a ConfigMap, as documented, but for what the case is about. */
const pod = ({ file = `${FOLDER}/a.rego`, mount = {}, volume = {} }): WorkerPoolPod => ({
  volumes: [{ name: 'policy', configMap: { name: 'policies' }, ...volume }],
  initContainer: {
    volumeMounts: [{ name: 'policy', mountPath: FOLDER, ...mount }],
    env: [{ name: VARIABLE, value: file }],
  },
});

const items = [{ key: 'runs', path: 'sub/a.rego' }];

describe('where the policy of a pool lies', () => {
  it.each<[string, WorkerPoolPod, string | undefined]>([
    ['a key that is the name of the file', pod({}), 'a.rego'],
    ['a folder with a slash at its end', pod({ mount: { mountPath: `${FOLDER}/` } }), 'a.rego'],
    [
      'a file that is mounted by itself',
      pod({ mount: { mountPath: `${FOLDER}/a.rego`, subPath: 'b.rego' } }),
      'b.rego',
    ],
    [
      'a key with another path',
      pod({ file: `${FOLDER}/sub/a.rego`, volume: { configMap: { name: 'policies', items } } }),
      'runs',
    ],
    ['no key, as items leave it out', pod({ volume: { configMap: { name: 'policies', items } } }), undefined],
    ['no key, as keys make no folders', pod({ file: `${FOLDER}/sub/a.rego` }), undefined],
  ])('in a ConfigMap: %s', (_, spec, key) => {
    expect(policySourceOf(built(spec))).toMatchObject({ configMap: 'policies', key });
  });

  it.each<[string, WorkerPoolPod]>([
    ['there is none', {}],
    ['it is no volume of the Pod', pod({ file: '/policies/a.rego' })],
    ['the folder only begins alike', pod({ mount: { mountPath: '/opt/spacelift/policies/init' } })],
    ['it is a Secret', pod({ volume: { configMap: undefined, secret: { secretName: 'policies' } } })],
    ['it depends on the Pod', pod({ mount: { subPathExpr: '$(NODE)' } })],
    ['its name depends on another variable', pod({ file: `${FOLDER}/$(NAME).rego` })],
  ])('is not to be known where %s', (_, spec) => {
    expect(policySourceOf(built(spec))).toBeUndefined();
  });
});

describe('what is told of a policy that init would not find', () => {
  const told = (key: string | undefined, found?: Partial<ConfigMap>): string | undefined =>
    policyProblem({ configMap: 'policies', key, file: '/p/a.rego' }, 'team', found as ConfigMap | undefined)?.message;

  it.each([
    [
      'without the ConfigMap',
      'a.rego',
      undefined,
      'there is no ConfigMap "policies" in namespace "team"; create it with',
    ],
    ['without the key', 'a.rego', { data: { b: '' } }, 'has no key "a.rego"; it has "b"'],
    ['with an empty one', 'a.rego', {}, 'has no key "a.rego"; it is empty'],
    [
      'that no key becomes',
      undefined,
      { data: { b: '' } },
      'no key of ConfigMap "policies" in namespace "team" becomes',
    ],
  ])('%s', (_, key, found, says) => {
    expect(told(key, found)).toContain(says);
  });

  it.each([{ data: { 'a.rego': '' } }, { binaryData: { 'a.rego': '' } }])('nothing where it is there: %j', (found) => {
    expect(told('a.rego', found)).toBeUndefined();
  });
});
