import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { workerCrd, workerPoolCrd } from '../../../src/api';

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const REFUSAL = { message: 'you cannot list resource "x"' };

/** A Deployment as the chart makes it. */
const DEPLOYMENT = {
  metadata: { name: 'ops', namespace: 'operators' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'ops' } },
    template: {
      spec: {
        containers: [
          {
            name: 'manager',
            image: 'example.com/controller',
            command: ['/spacelift-workerpool-controller'],
            env: [{ name: 'WORKER_POOLS_LEASE_NAME', value: 'ops' }],
          },
        ],
      },
    },
  },
  status: { readyReplicas: 1 },
};

/**
 * As much of an API server as `doctor` asks of a cluster that has an operator and no pool: answers by path, which a test
 * may change. The real one is in test/integration.
 */
export class SmallCluster {
  readonly answers: Record<string, object | number> = {
    '/version': {},
    [`${CRDS}/workerpools.workers.spacelift.io`]: workerPoolCrd(),
    [`${CRDS}/workers.workers.spacelift.io`]: workerCrd(),
    '/apis/apps/v1/deployments': { items: [DEPLOYMENT] },
    '/apis/authorization.k8s.io/v1/subjectaccessreviews': { status: { allowed: true } },
  };

  private constructor(private readonly server: Server) {}

  static async start(): Promise<SmallCluster> {
    const server = createServer();
    const cluster = new SmallCluster(server);
    server.on('request', (request, response) => {
      const path = (request.url ?? '').split('?')[0]!;
      const answer = cluster.answers[path] ?? { items: [] };
      response.writeHead(typeof answer === 'number' ? answer : 200, { 'content-type': 'application/json' });
      // A Pod is taken as it is.
      if (request.method === 'POST' && path.endsWith('/pods')) void request.pipe(response);
      else response.end(JSON.stringify(typeof answer === 'number' ? REFUSAL : answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return cluster;
  }

  /** Writes a kubeconfig of it. @returns its path */
  kubeconfig(folder: string): string {
    const path = join(folder, 'kubeconfig');
    const server = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    const config = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'small' },
      contexts: [{ name: 'small', context: { cluster: 'small', user: 'me' } }],
      clusters: [{ name: 'small', cluster: { server, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'me', user: {} }],
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  }

  /** The CRD of WorkerPools. */
  readonly crd = `${CRDS}/workerpools.workers.spacelift.io`;

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
