import { randomBytes } from 'node:crypto';
import { Agent, request as httpsRequest } from 'node:https';
import { apiServer, type ApiServer } from './api-server';

export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name?: string;
    generateName?: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

/** The API server's answer, whatever its status. */
export interface KubeAnswer<T = KubeObject> {
  readonly status: number;
  readonly body: T;
}

const agents = new Map<string, Agent>();

/**
 * One request as the administrator, answered as raw JSON: for arranging and asserting in tests, with no client of ours
 * in between. A `PATCH` with an object is a merge patch; with an array a JSON patch.
 * `APPLY` is a server-side apply.
 */
export function kube<T = KubeObject>(
  method: string,
  path: string,
  body?: unknown,
  server: ApiServer = apiServer(),
): Promise<KubeAnswer<T>> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const type = contentType(method, body);
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      new URL(path, server.url),
      {
        method: method === 'APPLY' ? 'PATCH' : method,
        agent: agentFor(server),
        headers: {
          accept: 'application/json, */*',
          'content-type': type,
          // Node sends the body of a DELETE without saying how long it is, and the server then takes it for a request.
          ...(payload !== undefined && { 'content-length': Buffer.byteLength(payload) }),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          const json = response.headers['content-type']?.includes('json');
          resolve({ status: response.statusCode ?? 0, body: (json ? JSON.parse(text) : text) as T });
        });
      },
    );
    request.on('error', reject);
    request.end(payload);
  });
}

function contentType(method: string, body: unknown): string {
  if (method === 'APPLY') return 'application/apply-patch+yaml';
  if (method !== 'PATCH') return 'application/json';
  return Array.isArray(body) ? 'application/json-patch+json' : 'application/merge-patch+json';
}

/** As `kube`, but any status of 400 and more is an error with the API server's own words. */
export async function kubeOk<T = KubeObject>(
  method: string,
  path: string,
  body?: unknown,
  server: ApiServer = apiServer(),
): Promise<T> {
  const { status, body: answer } = await kube<T>(method, path, body, server);
  if (status >= 400) {
    const message = (answer as { message?: string } | undefined)?.message ?? String(answer);
    throw new Error(`${method} ${path} was answered ${status}: ${message}`);
  }
  return answer;
}

/** A namespace of the test's own, with the `default` ServiceAccount that no controller makes here. */
export async function createNamespace(prefix = 'test', server: ApiServer = apiServer()): Promise<string> {
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } };
  await kubeOk('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, server);
  await kubeOk('POST', `/api/v1/namespaces/${name}/serviceaccounts`, account, server);
  return name;
}

/** A token of a ServiceAccount that is there. */
export async function tokenOf(namespace: string, account: string, server: ApiServer = apiServer()): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  return (await kubeOk<{ status: { token: string } }>('POST', path, body, server)).status.token;
}

/** Installs a CustomResourceDefinition, or brings it up to date, and waits until the API server serves it. */
export async function installCrd(crd: KubeObject): Promise<void> {
  const name = crd.metadata.name ?? '';
  const collection = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const created = await kube('POST', collection, crd);
  if (created.status === 409) await kubeOk('PATCH', `${collection}/${name}`, { spec: crd.spec });
  else if (created.status >= 400) throw new Error(`CRD ${name} was refused: ${JSON.stringify(created.body)}`);
  await untilServed(name);
}

interface StoredCrd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

/**
 * Waits until the API server answers requests for the objects of a CRD that is there, and names it to clients that look
 * for its kind: both follow some time after the CRD is established.
 */
export async function untilServed(crd: string, server: ApiServer = apiServer()): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${crd}`;
  const { group, names, versions } = (await kubeOk<StoredCrd>('GET', path, undefined, server)).spec;
  for (const { name: version } of versions.filter(({ served }) => served)) {
    const api = `/apis/${group}/${version}`;
    await eventually(async () => {
      const { resources } = await kubeOk<{ resources: { name: string }[] }>('GET', api, undefined, server);
      if (!resources.some(({ name }) => name === names.plural)) throw new Error(`${api} does not name ${names.plural}`);
      await kubeOk('GET', `${api}/${names.plural}?limit=1`, undefined, server);
    });
  }
}

/** Repeats `attempt` until it does not throw; gives up with its last error. */
export async function eventually<T>(attempt: () => T | Promise<T>, timeoutMs = 60_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function agentFor(server: ApiServer): Agent {
  let agent = agents.get(server.url);
  if (!agent) {
    // Idle sockets are unreferenced, so that a finished test file ends.
    agent = new Agent({ keepAlive: true, ca: server.ca, cert: server.certificate, key: server.privateKey });
    agents.set(server.url, agent);
  }
  return agent;
}
