import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import path from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { FileAuth } from '@kubernetes/client-node/dist/file_auth.js';
import type { Dispatcher } from 'undici';

/** Where a Pod finds its account; the variable is for programs that stand in for a Pod. */
const SERVICE_ACCOUNT = process.env['SERVICE_ACCOUNT_FOLDER'] || '/var/run/secrets/kubernetes.io/serviceaccount';

interface TlsOptions {
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** What a request needs to be let in, at one moment. */
export interface Credentials {
  /** URL of the API server; may have a path. */
  server: string;
  tls: TlsOptions;
  headers: Record<string, string>;
  /** Makes connections through the proxy that the kubeconfig names; undefined without one. */
  proxy?: () => Promise<Dispatcher>;
  /** Of the cluster that this Pod is in: no proxy leads there, whatever the variables say. */
  isOwnCluster?: true;
}

/** Reads credentials afresh: files are read again, exec and OIDC plugins asked again when theirs have expired. */
export type LoadCredentials = () => Promise<Credentials>;

export interface CredentialOptions {
  kubeconfig?: string;
  context?: string;
}

/**
 * Where the credentials come from, in kubectl's order. In a Pod the token file suffices, so client-node's kubeconfig
 * reader, which pulls in every generated model, is not even loaded.
 */
export async function credentialSource(options: CredentialOptions): Promise<LoadCredentials> {
  if (options.kubeconfig === undefined && options.context === undefined && isInPod()) return podCredentials();
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  return () => {
    const config = new KubeConfig();
    if (options.kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(options.kubeconfig);
    if (options.context !== undefined) config.setCurrentContext(options.context);
    return fromKubeConfig(config);
  };
}

function isInPod(): boolean {
  return (
    !process.env['KUBECONFIG'] &&
    !existsSync(path.join(homedir(), '.kube', 'config')) &&
    Boolean(process.env['KUBERNETES_SERVICE_HOST']) &&
    existsSync(path.join(SERVICE_ACCOUNT, 'token'))
  );
}

/** The credentials of a Pod's service account; `root` is where they are mounted. */
function podCredentials(root = SERVICE_ACCOUNT): LoadCredentials {
  const host = process.env['KUBERNETES_SERVICE_HOST'] ?? '';
  const port = process.env['KUBERNETES_SERVICE_PORT'] ?? '443';
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const user = {
    name: 'inClusterUser',
    authProvider: { name: 'tokenFile', config: { tokenFile: path.join(root, 'token') } },
  };
  return async () => {
    const answer: RequestOptions = { headers: {} };
    await new FileAuth().applyAuthentication(user, answer);
    const tls = { ca: readFileSync(path.join(root, 'ca.crt')) };
    return { server, tls, headers: plainHeaders(answer.headers), isOwnCluster: true };
  };
}

async function fromKubeConfig(config: KubeConfig): Promise<Credentials> {
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    const known = config.getContexts().map((context) => context.name);
    throw new Error(
      `The kubeconfig's context "${config.getCurrentContext()}" names no cluster. Contexts in it: ${known.join(', ') || 'none'}.`,
    );
  }
  const answer: RequestOptions = {};
  await config.applyToHTTPSOptions(answer);
  const headers = plainHeaders(answer.headers);
  if (answer.auth) headers['authorization'] = `Basic ${Buffer.from(answer.auth).toString('base64')}`;
  return {
    server: cluster.server,
    tls: tlsOf(answer),
    headers,
    ...(cluster.proxyUrl ? { proxy: () => proxyDispatcher(config) } : {}),
  };
}

function tlsOf(answer: RequestOptions): TlsOptions {
  const tls: TlsOptions = {};
  if (answer.ca) tls.ca = answer.ca as Buffer;
  if (answer.cert) tls.cert = answer.cert as Buffer;
  if (answer.key) tls.key = answer.key as Buffer;
  if (answer.servername !== undefined) tls.servername = answer.servername;
  if (answer.rejectUnauthorized !== undefined) tls.rejectUnauthorized = answer.rejectUnauthorized;
  return tls;
}

function plainHeaders(headers: RequestOptions['headers']): Record<string, string> {
  const plain: Record<string, string> = {};
  // A token file may end in a newline, which no header may hold.
  for (const [name, value] of Object.entries(headers ?? {})) plain[name.toLowerCase()] = String(value).trim();
  return plain;
}

/** client-node knows every kind of proxy that a kubeconfig may name; its own request type carries the dispatcher out. */
async function proxyDispatcher(config: KubeConfig): Promise<Dispatcher> {
  let dispatcher: Dispatcher | undefined;
  const request = {
    setHeaderParam: () => undefined,
    setDispatcher: (made: Dispatcher) => {
      dispatcher = made;
    },
  };
  await config.applySecurityAuthentication(request as never);
  if (dispatcher === undefined) throw new Error('The kubeconfig names a proxy, but no way through it was made.');
  return dispatcher;
}
