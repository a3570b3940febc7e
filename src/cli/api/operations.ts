import { Readable } from 'node:stream';
import { create as createArchive } from 'tar';
import { environmentRefusal } from '../../protocol/environment';
import { UserError } from '../run-program';
import type { ApiClient } from './client';

/** Folders that are made again in the run, or are none of its business. */
const LEFT_OUT = /(^|\/)(\.git|\.terraform|node_modules)(\/|$)/;

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
export async function createStack(client: ApiClient, stack: NewStack): Promise<void> {
  requireUsable(stack.environment ?? []);
  await client.query(
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
}

/** @throws UserError when no run could have the variables; nothing was sent then. */
export function requireUsable(variables: readonly { readonly name: string; readonly value: string }[]): void {
  const refusal = environmentRefusal(Object.fromEntries(variables.map(({ name, value }) => [name, value])));
  if (refusal !== undefined) throw new UserError(refusal);
}

/** Uploads a folder as the stack's source; runs triggered from now on use it. */
export async function pushSource(client: ApiClient, stack: string, folder: string): Promise<void> {
  const archive = createArchive({ gzip: true, cwd: folder, portable: true, filter: (path) => !LEFT_OUT.test(path) }, [
    '.',
  ]);
  const path = `/api/v1/stacks/${encodeURIComponent(stack)}/source`;
  await client.upload(path, Readable.from(archive as AsyncIterable<Buffer>));
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
): Promise<{ readonly id: string; readonly stackName: string; readonly state: string }> {
  const { runTrigger } = await client.query<{ runTrigger: { id: string; stackName: string; state: string } }>(
    `mutation($stack: ID!, $type: RunType, $auto: Boolean) {
      runTrigger(stack: $stack, runType: $type, autoDeploy: $auto) { id stackName state }
    }`,
    { stack, type: proposed ? 'PROPOSED' : 'TRACKED', auto: autoDeploy ?? null },
  );
  return runTrigger;
}
