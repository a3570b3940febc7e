/* What people say of pools, stacks and runs, for GraphQL, the web page and tests. */

/** Something to be made that may be asked for twice, as a form is that is sent again. */
export interface Repeatable {
  /** A ULID that nothing else has: the same again gives what was made then. @default - a new one */
  readonly id?: string;
}
import type { StackTool } from '../store/records';
import type { RunType } from '../store/records';
import type { RepositoryInput } from './repository-input';

export interface PoolSettings {
  readonly name: string;
  readonly description?: string | null;
  /** Each counts once. */
  readonly labels?: readonly string[] | null;
  /** @default 'legacy' */
  readonly space?: string | null;
  /** Below 0: no limit. @default -1 */
  readonly driftDetectionRunLimit?: number | null;
}

export interface PoolChange extends PoolSettings {
  /** `poolVersion` of what was seen: refused where it is another by now. @default - whatever it is */
  readonly seen?: string;
}

export interface NewPool extends PoolSettings, Repeatable {
  /** The WorkerPool of a cluster that makes it and alone may change it, as namespace/name. @default - people may */
  readonly managedBy?: string | null;
  readonly certificateSigningRequest: string;
}

export interface NewStack extends Repeatable {
  readonly name: string;
  /** Name or ULID of the pool. */
  readonly pool: string;
  /** @default 'OPENTOFU' */
  readonly tool?: StackTool;
  /** Such as 1.10.6. Null or '': what the runner image has. @default null */
  readonly toolVersion?: string | null;
  /** File of the project that Ansible is given; of other tools null. @default null, which is DEFAULT_PLAYBOOK of Ansible */
  readonly playbook?: string | null;
  /** Folder inside the source. @default '' */
  readonly projectRoot?: string;
  readonly runnerImage?: string | null;
  /** Applies without asking. @default false */
  readonly autoDeploy?: boolean;
  /** Whether the control plane keeps its state, where its source names no backend. @default true */
  readonly managesState?: boolean;
  /** Where its source is, unless it is uploaded. @default - sources are uploaded */
  readonly repository?: RepositoryInput;
  /** Environment of every step; values may be secret. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What is left out stays as it is. */
export interface StackChange extends Partial<Omit<NewStack, 'name' | 'id'>> {
  /** Names to be taken out of the environment; `environment` holds those to be added or replaced. */
  readonly unsetEnvironment?: readonly string[];
  /** `stackVersion` of what was seen: refused where it is another by now. @default - whatever it is */
  readonly seen?: string;
}

export interface NewRun {
  /** Name or ULID of the stack. */
  readonly stack: string;
  /** @default 'TRACKED' */
  readonly type?: RunType;
  /** @default the stack's; a run that destroys asks */
  readonly autoDeploy?: boolean;
  /** Of a task. */
  readonly command?: string;
  /** Of a task: without initializing the workspace first. @default false */
  readonly skipInitialization?: boolean;
  /** Of which commit the source is; of a repository, the one to be fetched. @default - not said; the head of the branch */
  readonly commitSha?: string;
  /** Of a repository, that the commit is of. @default - the one that the stack tracks */
  readonly branch?: string;
  readonly commitMessage?: string;
  /** Folder inside the source, for this run. @default the stack's */
  readonly projectRoot?: string;
  /** @default the stack's */
  readonly runnerImage?: string;
  /** Variables beside those of the stack, or in place of them; values may be secret. @default {} */
  readonly environment?: Readonly<Record<string, string>>;
  /** The same key again gives the same run of the stack, as long as that is kept. @default - none */
  readonly idempotencyKey?: string;
}

export interface RunFilter {
  readonly stack?: string;
  readonly pool?: string;
  /** ULID of a run: those that came before it. */
  readonly before?: string;
  /** @default 100 */
  readonly limit?: number | undefined;
}
