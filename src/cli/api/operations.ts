import { UserError } from '../run-program';
import type { PackedSource } from '../source/pack';
import type { ApiClient } from './client';

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
  const { workerPoolCreate } = await client.query<{ workerPoolCreate: { id: string; config: string } }>(
    `mutation($name: String!, $csr: String!, $description: String) {
      workerPoolCreate(name: $name, certificateSigningRequest: $csr, description: $description) { id config }
    }`,
    { name: pool.name, csr: pool.csrPem, description: pool.description ?? null },
  );
  return { id: workerPoolCreate.id, token: workerPoolCreate.config };
}

/** The Secret of a pool. The token goes in as it is, the key as base64 of its PEM; Kubernetes' own encoding is on top. */
export function poolSecret(
  metadata: { readonly name: string; readonly namespace: string },
  token: string,
  privateKeyPem: string,
): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata,
    type: 'Opaque',
    stringData: { token, privateKey: Buffer.from(privateKeyPem).toString('base64') },
  };
}

export interface NewStack {
  readonly name: string;
  /** Name or id of the pool. */
  readonly pool: string;
  /** @default 'opentofu' */
  readonly tool?: 'opentofu' | 'terraform';
  /** Folder inside the source to run in. @default '' */
  readonly projectRoot?: string;
  /** @default - the pool's, then the control plane's */
  readonly runnerImage?: string;
  /** Applies changes without asking. @default false */
  readonly autoDeploy?: boolean;
  /** Environment of its runs. @default - none */
  readonly environment?: readonly { readonly name: string; readonly value: string }[];
}

/** Makes a stack; it can run once it has a source. */
export async function createStack(client: ApiClient, stack: NewStack): Promise<{ readonly id: string }> {
  const { stackCreate } = await client.query<{ stackCreate: { id: string } }>(
    `mutation($name: String!, $pool: ID!, $tool: StackTool, $root: String, $image: String, $auto: Boolean, $env: [EnvironmentVariable!]) {
      stackCreate(name: $name, workerPool: $pool, tool: $tool, projectRoot: $root, runnerImage: $image, autoDeploy: $auto, environment: $env) { id }
    }`,
    {
      name: stack.name,
      pool: stack.pool,
      tool: (stack.tool ?? 'opentofu').toUpperCase(),
      root: stack.projectRoot ?? '',
      image: stack.runnerImage ?? null,
      auto: stack.autoDeploy ?? false,
      env: stack.environment ?? [],
    },
  );
  return stackCreate;
}

/** What is left out stays as it is. @returns the stack's name */
export async function updateStack(
  client: ApiClient,
  stack: string,
  change: Partial<NewStack> & { readonly unsetEnv?: readonly string[] },
): Promise<string> {
  const { stackUpdate } = await client.query<{ stackUpdate: { name: string } }>(
    `mutation($stack: ID!, $pool: ID, $tool: StackTool, $root: String, $image: String, $auto: Boolean, $env: [EnvironmentVariable!], $unset: [String!]) {
      stackUpdate(stack: $stack, workerPool: $pool, tool: $tool, projectRoot: $root, runnerImage: $image, autoDeploy: $auto, environment: $env, unsetEnvironment: $unset) { name }
    }`,
    {
      stack,
      pool: change.pool ?? null,
      tool: change.tool?.toUpperCase() ?? null,
      root: change.projectRoot ?? null,
      image: change.runnerImage ?? null,
      auto: change.autoDeploy ?? null,
      env: change.environment ?? null,
      unset: change.unsetEnv ?? null,
    },
  );
  return stackUpdate.name;
}

/** @returns the stack's name */
export async function deleteStack(client: ApiClient, stack: string): Promise<string> {
  const { stackDelete } = await client.query<{ stackDelete: { name: string } }>(
    'mutation($stack: ID!) { stackDelete(stack: $stack) { name } }',
    { stack },
  );
  return stackDelete.name;
}

export interface StackRow {
  readonly id: string;
  readonly name: string;
  readonly tool: string;
  readonly autoDeploy: boolean;
  readonly hasSource: boolean;
  readonly projectRoot: string;
  readonly runnerImage: string | null;
  readonly environment: readonly string[];
  readonly workerPool: { readonly id: string; readonly name: string } | null;
}

/** @param nameOrId of the stack @throws UserError when there is none */
export async function findStack(client: ApiClient, nameOrId: string): Promise<StackRow> {
  const { stack } = await client.query<{ stack: StackRow | null }>(
    'query($id: ID!) { stack(id: $id) { id name tool autoDeploy hasSource projectRoot runnerImage environment workerPool { id name } } }',
    { id: nameOrId },
  );
  if (!stack) throw new UserError(`stack ${nameOrId} not found`);
  return stack;
}

/** Uploads a folder as the stack's source; runs triggered from now on use it. */
export function uploadSource(client: ApiClient, stack: string, packed: PackedSource): Promise<void> {
  return client.upload(`/api/v1/stacks/${encodeURIComponent(stack)}/source`, packed.open());
}

interface QueuedRun {
  readonly id: string;
  readonly stackName: string;
  readonly state: string;
  readonly waitsFor: string | null;
}

export interface NewRun {
  /** Only plans. @default false */
  readonly proposed?: boolean;
  /** Applies changes without asking, or asks. @default - as the stack says */
  readonly autoDeploy?: boolean;
}

/**
 * Queues a run of a stack.
 *
 * @param stack name or id
 */
export async function triggerRun(
  client: ApiClient,
  stack: string,
  { proposed = false, autoDeploy }: NewRun = {},
): Promise<QueuedRun> {
  const { runTrigger } = await client.query<{ runTrigger: QueuedRun }>(
    `mutation($stack: ID!, $type: RunType, $auto: Boolean) {
      runTrigger(stack: $stack, runType: $type, autoDeploy: $auto) { id stackName state waitsFor }
    }`,
    { stack, type: proposed ? 'PROPOSED' : 'TRACKED', auto: autoDeploy ?? null },
  );
  return runTrigger;
}
