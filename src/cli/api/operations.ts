import type { ResultOf } from 'gql.tada';
import { credentialsSecret, type SecretMetadata } from '../../protocol/pool-secret';
import type { PackedSource } from '../source/pack';
import type { ApiClient } from './client';
import { notFound } from './refused';
import type { Variable } from './variables';
import { CREATE_POOL, CREATE_STACK, CREATE_TASK, DELETE_STACK, STACK, TRIGGER_RUN, UPDATE_STACK } from './documents';

/** What is said of a git repository; what is left out stays as it is. */
export interface RepositoryChange {
  /** '': sources are uploaded. */
  readonly repository?: string;
  readonly branch?: string;
  readonly repositorySettings?: {
    readonly submodules?: boolean;
    readonly lfs?: boolean;
    readonly sparse?: boolean;
    readonly username?: string;
    readonly token?: string;
    readonly deployKey?: string;
    readonly knownHosts?: string;
  };
}

export interface NewPool {
  readonly id: string;
  /** The token, as it goes into the Secret. */
  readonly token: string;
}

/** Makes a pool of a signing request; the private key stays with the caller. */
export async function createPool(
  client: ApiClient,
  pool: { readonly name: string; readonly csrPem: string; readonly description?: string },
): Promise<NewPool> {
  const { name, csrPem: csr, description } = pool;
  const { workerPoolCreate } = await client.query(CREATE_POOL, { name, csr, description });
  return { id: workerPoolCreate.id, token: workerPoolCreate.config };
}

/** The Secret of a pool. */
export function poolSecret(metadata: SecretMetadata, token: string, privateKeyPem: string): object {
  return credentialsSecret(metadata, token, Buffer.from(privateKeyPem).toString('base64'));
}

export interface NewStack {
  readonly name: string;
  /** Name or id of the pool. */
  readonly pool: string;
  /** @default 'opentofu' */
  readonly tool?: Tool;
  /** One release, such as 1.10.6; '': the runner image's. @default - the runner image's */
  readonly toolVersion?: string;
  /** File of the project that Ansible is given. @default - none, and of Ansible playbook.yml */
  readonly playbook?: string;
  /** Folder inside the source to run in. @default '' */
  readonly projectRoot?: string;
  /** @default - the pool's, then the control plane's */
  readonly runnerImage?: string;
  /** Applies changes without asking. @default false */
  readonly autoDeploy?: boolean;
  /** Whether the control plane keeps its state, where its source names no backend. @default true */
  readonly managedState?: boolean;
  /** Environment of its runs. @default - none */
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
  /** Its git repository. @default - its source is uploaded */
  readonly git?: RepositoryChange | undefined;
}

/** Makes a stack; it can run once it has a source. */
export async function createStack(client: ApiClient, stack: NewStack): Promise<{ readonly id: string }> {
  const { stackCreate } = await client.query(CREATE_STACK, {
    name: stack.name,
    pool: stack.pool,
    tool: toolOf(stack.tool ?? 'opentofu'),
    version: stack.toolVersion,
    playbook: stack.playbook,
    root: stack.projectRoot ?? '',
    image: stack.runnerImage,
    auto: stack.autoDeploy ?? false,
    state: stack.managedState ?? true,
    env: [...(stack.environment ?? [])],
    ...stack.git,
  });
  return stackCreate;
}

/** What is left out stays as it is. @returns the stack's name */
export async function updateStack(
  client: ApiClient,
  stack: string,
  change: Partial<NewStack> & { readonly unsetEnv?: readonly string[] },
): Promise<string> {
  const { stackUpdate } = await client.query(UPDATE_STACK, {
    stack,
    pool: change.pool,
    tool: change.tool && toolOf(change.tool),
    version: change.toolVersion,
    playbook: change.playbook,
    root: change.projectRoot,
    image: change.runnerImage,
    auto: change.autoDeploy,
    state: change.managedState,
    env: change.environment && [...change.environment],
    unset: change.unsetEnv && [...change.unsetEnv],
    ...change.git,
  });
  return stackUpdate.name;
}

/** @returns the stack's name */
export async function deleteStack(client: ApiClient, stack: string): Promise<string> {
  const { stackDelete } = await client.query(DELETE_STACK, { stack });
  return stackDelete?.name ?? stack;
}

const TOOL_OF = { opentofu: 'OPENTOFU', terraform: 'TERRAFORM', ansible: 'ANSIBLE' } as const;

/** What a stack can be of. */
export type Tool = keyof typeof TOOL_OF;
export const TOOLS = Object.keys(TOOL_OF) as Tool[];

const toolOf = (tool: Tool) => TOOL_OF[tool];

export type Stack = NonNullable<ResultOf<typeof STACK>['stack']>;

/** @param nameOrId of the stack @throws UserError when there is none */
export async function findStack(client: ApiClient, nameOrId: string): Promise<Stack> {
  const { stack } = await client.query(STACK, { id: nameOrId });
  if (!stack) throw notFound(`stack ${nameOrId} not found`);
  return stack;
}

/** Uploads a folder as the stack's source; runs triggered from now on use it. */
export async function uploadSource(client: ApiClient, stack: string, packed: PackedSource): Promise<void> {
  await client.upload(`/api/v1/stacks/${encodeURIComponent(stack)}/source`, packed.open());
}

/** What goes for one run alone; what is left out is as the stack has it. */
export interface RunConfig {
  /** Variables beside those of the stack, or in place of them. @default - none */
  readonly environment?: readonly Variable[];
  /** Folder inside the source to run in. */
  readonly projectRoot?: string;
  readonly runnerImage?: string;
}

export interface NewRun {
  /** @default 'tracked' */
  readonly type?: 'tracked' | 'proposed' | 'destroy';
  /** Applies changes without asking, or asks. @default - as the stack says; one that destroys asks */
  readonly autoDeploy?: boolean | undefined;
  /** The same again gives the same run. @default - none */
  readonly idempotencyKey?: string | undefined;
  /** Hash of the commit that the source is of, and what it says. @default - not said */
  readonly commit?: string | undefined;
  readonly message?: string | undefined;
  /** @default - as the stack has it */
  readonly config?: RunConfig;
}

type QueuedRun = ResultOf<typeof TRIGGER_RUN>['run'];

/**
 * Queues a run of a stack.
 *
 * @param stack name or id
 */
export async function triggerRun(
  client: ApiClient,
  stack: string,
  { type = 'tracked', autoDeploy, idempotencyKey: key, commit: sha, message, config }: NewRun = {},
): Promise<QueuedRun> {
  const { run } = await client.query(TRIGGER_RUN, {
    ...{ stack, type: TYPES[type], auto: autoDeploy, key, sha, message },
    config: config && inputOf(config),
  });
  return run;
}

const TYPES = { tracked: 'TRACKED', proposed: 'PROPOSED', destroy: 'DESTROY' } as const;

export interface NewTask extends Pick<NewRun, 'idempotencyKey' | 'config'> {
  /** What a shell carries out. */
  readonly command: string;
  /** @default false */
  readonly skipInitialization?: boolean | undefined;
}

/**
 * Queues a run of one command in the workspace of a stack.
 *
 * @param stack name or id
 */
export async function createTask(
  client: ApiClient,
  stack: string,
  { command, skipInitialization: skip, idempotencyKey: key, config }: NewTask,
): Promise<QueuedRun> {
  const { run } = await client.query(CREATE_TASK, { stack, command, skip, key, config: config && inputOf(config) });
  return run;
}

const inputOf = ({ environment = [], ...config }: RunConfig) => ({
  ...config,
  environment: environment.map(({ name: key, value }) => ({ key, value })),
});
