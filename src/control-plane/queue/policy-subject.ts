import type { PolicySubject, RunSpec } from '../../protocol/messages';
import type { RunRecord, StackRecord } from '../store/records';
import type { QueueContext } from './context';
import { commitOf } from './git-source';

type Creator = PolicySubject['run']['creator'];

/** Who triggered a run, as long as the audit trail knows. */
export async function creatorOf({ store }: QueueContext, runId: string): Promise<Creator> {
  const [made] = await store.read.auditTrail.search({
    where: [
      { field: 'object', values: [runId], isExcluded: false },
      { field: 'action', values: ['run.trigger', 'run.retry'], isExcluded: false },
      { field: 'outcome', values: ['done'], isExcluded: false },
    ],
    oldestFirst: true,
    after: undefined,
    limit: 1,
  });
  if (!made) return null;
  const { kind, id, name, role } = made.actor;
  return { kind, id, name, role };
}

const NANOSECONDS = 1_000_000;

/** A run and its stack as an initialization policy reads of them. Values of variables are no part of it. */
export function policySubject(
  run: RunRecord,
  stack: StackRecord,
  { stage, projectRoot, environment, tool }: RunSpec,
  creator: Creator,
): PolicySubject {
  const { createdAt, ...commit } = commitOf(run, stack.repository?.branch ?? null);
  return {
    run: {
      ...{ id: run.id, type: run.type, stage, state: run.state, command: run.command },
      ...{ skip_initialization: run.skipInitialization, drift_detection: run.driftDetection },
      ...{ triggered_by: creator?.name ?? null, creator },
      commit: { ...commit, created_at: createdAt === null ? null : createdAt * NANOSECONDS },
      runtime_config: {
        ...{ before_init: [], project_root: projectRoot, terraform_version: tool?.version ?? null },
        environment: Object.keys(environment).sort(),
      },
      runtime_config_changes: {
        ...{ project_root: run.projectRoot, runner_image: run.runnerImage },
        environment: [...run.environmentNames],
      },
      ...{ created_at: run.createdAt * NANOSECONDS, updated_at: run.updatedAt * NANOSECONDS },
      ...{ based_on_local_workspace: false, changes: [], flags: [], user_provided_metadata: [] },
    },
    stack: {
      ...{ id: stack.id, name: stack.name, tool: stack.tool, autodeploy: stack.autoDeploy },
      ...{ project_root: stack.projectRoot, runner_image: stack.runnerImage },
      ...{ administrative: false, roles: [], labels: [], namespace: '' },
      ...{ branch: stack.repository?.branch ?? null, repository: stack.repository?.url ?? null },
      ...{ locked_by: null, state: null, terraform_version: stack.toolVersion },
    },
  };
}
