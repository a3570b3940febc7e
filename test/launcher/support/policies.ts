import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyInput, PolicySubject } from '../../../src/protocol/messages';
import { runSpec, step, type RunPod } from './run-pod';

const unknown = { author: null, branch: null, created_at: null };

/** What a control plane tells of a run that somebody triggered by an API key. */
export const SUBJECT: PolicySubject = {
  run: {
    ...{ id: '01K0RRRRRRRRRRRRRRRRRRRRRR', type: 'TRACKED', stage: 'preparing', state: 'PREPARING' },
    ...{ command: null, skip_initialization: false, drift_detection: false },
    triggered_by: 'ci',
    creator: { kind: 'API key', id: 'key', name: 'ci', role: 'operator' },
    commit: { hash: 'c0ffee', message: 'Widen the network', ...unknown },
    runtime_config: { before_init: [], project_root: 'infra', environment: ['TF_VAR_token'], terraform_version: null },
    runtime_config_changes: { project_root: null, runner_image: null, environment: [] },
    ...{ created_at: 1, updated_at: 2, based_on_local_workspace: false },
    ...{ changes: [], flags: [], user_provided_metadata: [] },
  },
  stack: {
    ...{ id: '01K0SSSSSSSSSSSSSSSSSSSSSS', name: 'network', tool: 'OPENTOFU', autodeploy: false },
    ...{ project_root: 'infra', runner_image: null, administrative: false, roles: [], labels: [] },
    ...{ branch: null, repository: null, namespace: '', locked_by: null, state: null, terraform_version: null },
  },
};

/** A run that a policy is asked about. */
export const RUN_OF_POLICY = runSpec([step('plan', 'tofu plan')], {
  stage: 'preparing',
  environment: { TF_VAR_token: 's3cret' },
  policySubject: SUBJECT,
});

/** The variables of an `init` whose pool has the policy. */
export async function mountPolicy(pod: RunPod, rego: string, name = 'policy.rego'): Promise<Record<string, string>> {
  const folder = join(pod.root, 'policies');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), rego);
  return policyVariables(join(folder, name));
}

export function policyVariables(file: string, image = 'registry.example.com/runner:1'): Record<string, string> {
  return { SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY: file, WORKER_POOLS_RUNNER_IMAGE: image };
}

/** What is different from the usual input. */
export type InputChanges = Partial<Pick<PolicyInput, 'commit' | 'request'>> & {
  readonly run?: Partial<PolicySubject['run']>;
  readonly image?: string;
};

/** The input of a policy, as `init` puts it together. */
export function policyInput(changes: InputChanges = {}): PolicyInput {
  const { image = 'registry.example.com/runner:1', commit = SUBJECT.run.commit } = changes;
  const run = { ...SUBJECT.run, commit, ...changes.run };
  return {
    run: { ...run, runtime_config: { ...run.runtime_config, runner_image: image } },
    stack: SUBJECT.stack,
    commit,
    docker_image: image,
    worker: { name: 'pool-01' },
    worker_version: '1.2.3',
    request: changes.request ?? { timestamp_ns: Date.parse('2026-11-25T12:00:00Z') * 1_000_000 },
  };
}
