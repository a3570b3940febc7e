// The certificate library needs the metadata polyfill before its own first line.
import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import { webcrypto } from 'node:crypto';
import type { Registry } from 'prom-client';
import { cryptoProvider, PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import type { BindAddress } from './options';
import type { KubeClient, KubeObject, Logger, ResourceType } from './runtime';

const TOKEN_REVIEWS: ResourceType = {
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'tokenreviews',
  kind: 'TokenReview',
};
const ACCESS_REVIEWS: ResourceType = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
};

/** Where a certificate of the user's own is looked for (`tls.crt`, `tls.key`). */
const CERTIFICATE_FOLDER = '/tmp/k8s-metrics-server/serving-certs';

export interface SecureMetricsOptions {
  readonly address: BindAddress;
  readonly registry: Registry;
  readonly client: KubeClient;
  readonly logger: Logger;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves /metrics by HTTPS to callers whose token the API server knows and allows `get` on /metrics. */
export async function startSecureMetrics(options: SecureMetricsOptions): Promise<MetricsServer> {
  const { registry, client, logger, address } = options;
  const server = createServer(await servingCertificate(), (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end('not found\n');
      return;
    }
    statusFor(client, request)
      .then(async (status) => {
        if (status !== 200) response.writeHead(status).end(status === 401 ? 'unauthorized\n' : 'forbidden\n');
        else response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
      })
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'a request for the metrics could not be answered');
        response.writeHead(500).end('the request could not be checked\n');
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : address.port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function statusFor(client: KubeClient, request: IncomingMessage): Promise<200 | 401 | 403> {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (!token) return 401;
  const { status } = await client.create<Review>(TOKEN_REVIEWS, undefined, review(TOKEN_REVIEWS, { token }));
  if (!status?.authenticated || !status.user) return 401;
  const { username, uid, groups } = status.user;
  const spec = { user: username, uid, groups, nonResourceAttributes: { path: '/metrics', verb: 'get' } };
  const access = await client.create<Review>(ACCESS_REVIEWS, undefined, review(ACCESS_REVIEWS, spec));
  return access.status?.allowed ? 200 : 403;
}

interface Review extends KubeObject {
  spec: object;
  status?: {
    authenticated?: boolean;
    allowed?: boolean;
    user?: { username?: string; uid?: string; groups?: string[] };
  };
}

function review({ group, version, kind }: ResourceType, spec: object): Review {
  return { apiVersion: `${group}/${version}`, kind, metadata: { name: '' }, spec };
}

async function servingCertificate(): Promise<{ cert: string; key: string }> {
  const [cert, key] = [`${CERTIFICATE_FOLDER}/tls.crt`, `${CERTIFICATE_FOLDER}/tls.key`];
  if (existsSync(cert) && existsSync(key)) return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  return selfSigned();
}

async function selfSigned(): Promise<{ cert: string; key: string }> {
  // The library's types want the browser's declarations, which a program for Node does not have.
  cryptoProvider.set(webcrypto as never);
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=controller-manager-metrics',
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 365 * 86_400_000),
    signingAlgorithm,
    keys,
  });
  return {
    cert: certificate.toString('pem'),
    key: PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
  };
}
