import { z } from 'zod';

/** What an initialization policy reads as `input`. Names are those that Spacelift documents, so that its policies carry over. */

const nanoseconds = z.number().describe('Nanoseconds since the epoch.');
const nothingYet = z.array(z.string()).max(0);
const TOOL_VERSION = z
  .string()
  .nullable()
  .describe('The version that the stack names; null is what the runner image has.');

const OF_COMMIT =
  'As the repository has it; of a source that was uploaded as it was given when the run was triggered, null where it was not.';

const Commit = z
  .object({
    hash: z.string().nullable().describe(OF_COMMIT),
    message: z.string().nullable().describe(OF_COMMIT),
    author: z.string().nullable().describe('Name as the commit has it; null of a source that was uploaded.'),
    branch: z.string().nullable().describe('Null of a source that was uploaded.'),
    created_at: nanoseconds.nullable().describe('Null of a source that was uploaded.'),
  })
  .describe('The commit of the source.');

const Creator = z
  .object({
    kind: z.string().describe('Such as "API key".'),
    id: z.string(),
    name: z.string(),
    role: z.string().describe('The role at that time.'),
  })
  .nullable()
  .describe(
    'Who triggered the run, by the audit trail; null where it was the control plane itself, or is not known any more.',
  );

const RuntimeConfigChanges = z
  .object({
    project_root: z.string().nullable(),
    runner_image: z.string().nullable(),
    environment: z.array(z.string()).describe('Names of the variables that the run has beside those of its stack.'),
  })
  .describe('What was said of this run alone when it was triggered; null is what the stack says.');

const RuntimeConfig = z.object({
  before_init: nothingYet.describe('Always empty: there are no hooks.'),
  project_root: z.string().describe("Folder of the source in which the steps run; '' is its root."),
  environment: z
    .array(z.string())
    .describe('Names of all variables of stack and run. Their values are no part of the input.'),
  terraform_version: TOOL_VERSION,
});

const PolicyRun = z.object({
  id: z.string().describe('ULID.'),
  type: z.enum(['TRACKED', 'PROPOSED', 'DESTROY', 'TASK', 'TESTING']),
  stage: z.enum(['preparing', 'applying']).describe('The policy is asked before each stage.'),
  state: z.string().describe('Of the run, such as PLANNING or APPLYING.'),
  command: z.string().nullable().describe('Of a task; null otherwise.'),
  skip_initialization: z.boolean().describe('Whether a task runs without initializing the workspace first.'),
  drift_detection: z.boolean().describe('Whether the run looks for drift, or reconciles it.'),
  triggered_by: z.string().nullable().describe('The name of `creator`.'),
  creator: Creator,
  commit: Commit,
  runtime_config: RuntimeConfig,
  runtime_config_changes: RuntimeConfigChanges,
  created_at: nanoseconds,
  updated_at: nanoseconds,
  based_on_local_workspace: z.literal(false),
  changes: nothingYet.describe('Always empty: there is no plan yet.'),
  flags: nothingYet.describe('Always empty.'),
  user_provided_metadata: nothingYet.describe('Always empty.'),
});

const PolicyStack = z.object({
  id: z.string().describe('ULID.'),
  name: z.string(),
  tool: z.enum(['OPENTOFU', 'TERRAFORM', 'ANSIBLE']),
  autodeploy: z.boolean(),
  project_root: z.string(),
  runner_image: z.string().nullable().describe('As the stack has it; null is the default of pool or account.'),
  administrative: z.literal(false),
  roles: nothingYet.describe('Always empty.'),
  labels: nothingYet.describe('Always empty: stacks have no labels.'),
  branch: z.string().nullable().describe('That is tracked; null where sources are uploaded.'),
  repository: z.string().nullable().describe('Its URL; null where sources are uploaded.'),
  namespace: z.literal(''),
  locked_by: z.null().describe('Always null: stacks cannot be locked.'),
  state: z.null().describe('Always null: a stack has no state of its own.'),
  terraform_version: TOOL_VERSION,
});

/** What the control plane tells of a run for the policy of its pool. */
export const PolicySubject = z.object({ run: PolicyRun, stack: PolicyStack });

/** The whole of `input`: what the control plane tells, and what `init` sees itself. */
export const PolicyInput = z.object({
  run: PolicyRun.extend({
    runtime_config: RuntimeConfig.extend({
      runner_image: z.string().describe("Image of the container `worker`, as the run's Pod has it."),
    }),
  }),
  stack: PolicyStack,
  commit: Commit,
  docker_image: z.string().describe('The same as `run.runtime_config.runner_image`.'),
  worker: z.object({ name: z.string().describe('Name of the Worker object.') }),
  worker_version: z.string().describe('Of the launcher.'),
  request: z.object({ timestamp_ns: nanoseconds }),
});

export type PolicySubject = z.infer<typeof PolicySubject>;
export type PolicyInput = z.infer<typeof PolicyInput>;
