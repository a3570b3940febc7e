/** The policies of examples/policies, evaluated by the real OPA. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { askPolicy } from '../../src/launcher/init/policy/policy';
import type { PolicyVerdict } from '../../src/launcher/init/policy/verdict';
import { ensureBinaries } from '../../src/local-cluster/binaries';
import { policyInput, type InputChanges } from '../launcher/support/policies';

let opa: string;
beforeAll(async () => {
  ({ opa } = await ensureBinaries(['opa']));
}, 15 * 60_000);

const LIBRARY = 'examples/policies';

const says = async (name: string, changes: InputChanges): Promise<PolicyVerdict> => {
  const { signal } = new AbortController();
  return askPolicy({ file: resolve(LIBRARY, `${name}.rego`), input: policyInput(changes), signal, opa });
};

const at = (time: string): InputChanges => ({ request: { timestamp_ns: Date.parse(time) * 1e6 } });
const run = (changes: InputChanges['run']): InputChanges => ({ run: changes });
const creator = (name: string, role: string) => ({
  triggered_by: name,
  creator: { kind: 'API key', id: 'key', name, role },
});
const commit = (hash: string | null): InputChanges => ({ commit: { ...policyInput().commit, hash } });
const OWN = { project_root: null, runner_image: null, environment: [] };

describe.each<[string, { lets: [string, InputChanges][]; denies: [string, InputChanges, RegExp][] }]>([
  [
    'runner-images',
    {
      lets: [['an image of the registry', {}]],
      denies: [['another', { image: 'docker.io/evil/runner' }, /docker\.io\/evil\/runner is not from registry/]],
    },
  ],
  [
    'tasks',
    {
      lets: [
        ['a plan of anybody', {}],
        ['a task of an admin', run({ type: 'TASK', command: 'tofu output', ...creator('ann', 'admin') })],
      ],
      denies: [
        ['a task of an operator', run({ type: 'TASK', command: 'tofu output' }), /^ci may not run tasks/],
        ['a task of nobody known', run({ type: 'TASK', command: 'ls', triggered_by: null, creator: null }), /^nobody/],
        [
          'a task that changes the state',
          run({ type: 'TASK', command: 'tofu state rm a.b', ...creator('ann', 'admin') }),
          /may not change the state \(tofu state rm a\.b\)/,
        ],
      ],
    },
  ],
  [
    'change-freeze',
    {
      lets: [
        ['an apply on Thursday', { ...at('2026-11-26T23:00:00Z'), ...run({ stage: 'applying' }) }],
        ['an apply on Friday morning', { ...at('2026-11-27T09:00:00Z'), ...run({ stage: 'applying' }) }],
        ['a plan on Saturday', at('2026-11-28T09:00:00Z')],
      ],
      denies: [
        ['an apply on Friday evening', { ...at('2026-11-27T18:00:00Z'), ...run({ stage: 'applying' }) }, /Monday/],
        ['an apply on Sunday', { ...at('2026-11-29T00:00:01Z'), ...run({ stage: 'applying' }) }, /Monday/],
      ],
    },
  ],
  [
    'known-commits',
    {
      lets: [
        ['a tracked run of a commit', commit('c0ffee0000000000000000000000000000000000')],
        ['a proposed run of none', { ...commit(null), ...run({ type: 'PROPOSED' }) }],
      ],
      denies: [
        ['a tracked run of half a hash', commit('c0ffee'), /needs the whole hash/],
        ['a tracked run of none', commit(null), /needs the whole hash/],
      ],
    },
  ],
  [
    'own-settings',
    {
      lets: [['a run as its stack is', {}]],
      denies: [
        ['an image', run({ runtime_config_changes: { ...OWN, runner_image: 'x' } }), /an image of its own/],
        ['a folder', run({ runtime_config_changes: { ...OWN, project_root: 'x' } }), /a folder of its own/],
        ['a variable', run({ runtime_config_changes: { ...OWN, environment: ['TF_LOG'] } }), /a variable TF_LOG of/],
      ],
    },
  ],
  [
    'allow-list',
    {
      lets: [
        ['a run of the pipeline', {}],
        ['a run of an admin', run(creator('ann', 'admin'))],
        ['a look for drift', run({ type: 'PROPOSED', drift_detection: true, triggered_by: null, creator: null })],
      ],
      denies: [['a run of somebody else', run(creator('bob', 'operator')), /no rule allows it/]],
    },
  ],
])('%s', (name, { lets, denies }) => {
  test.each(lets)('lets %s begin', async (_what, changes) => {
    expect(await says(name, changes)).toMatchObject({ isDenied: false, denials: [] });
  });

  test.each(denies)('denies %s', async (_what, changes, message) => {
    expect(await says(name, changes)).toMatchObject({ isDenied: true, denials: [expect.stringMatching(message)] });
  });
});

test('the plan of a tracked run warns of the freeze', async () => {
  expect(await says('change-freeze', at('2026-11-28T09:00:00Z'))).toMatchObject({
    warnings: [expect.stringContaining('not applied before Monday')],
  });
});

test('every policy of the library is tested here', () => {
  const tested = ['allow-list', 'change-freeze', 'known-commits', 'own-settings', 'runner-images', 'tasks'];
  expect(
    readdirSync(LIBRARY)
      .filter((file) => file.endsWith('.rego'))
      .sort(),
  ).toEqual(tested.map((name) => `${name}.rego`));
});
