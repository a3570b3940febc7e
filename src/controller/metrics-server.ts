import { createServer } from 'node:https';
import type { Registry } from 'prom-client';
import type { Clock } from '../time';
import { MetricsAccess } from './metrics-access';
import type { BindAddress } from './options';
import { messageOf, type KubeClient, type Logger } from './runtime';
import { ServingCertificate, type KeyPair } from './serving-certificate';

/** Where a certificate of the user's own is looked for (`tls.crt`, `tls.key`). */
const CERTIFICATE_FOLDER = '/tmp/k8s-metrics-server/serving-certs';
/** Files of certificates change without a word, when cert-manager renews them. */
const LOOK_AGAIN_MS = 60_000;

interface SecureMetricsOptions {
  readonly address: BindAddress;
  readonly registry: Registry;
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly clock: Clock;
  /** @default the one that Spacelift documents */
  readonly certificateFolder?: string;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves /metrics by HTTPS to callers whose token the API server knows and allows `get` on /metrics. */
export async function startSecureMetrics(options: SecureMetricsOptions): Promise<MetricsServer> {
  const { registry, client, logger, address, clock, certificateFolder = CERTIFICATE_FOLDER } = options;
  const certificate = new ServingCertificate(certificateFolder, clock);
  const access = new MetricsAccess(client, clock);
  let served = await certificate.current();
  const server = createServer(served, (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404).end('not found\n');
      return;
    }
    access
      .of(request.headers.authorization)
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
  const stopLooking = repeatedly(clock, LOOK_AGAIN_MS, async () => {
    try {
      const now = await certificate.current();
      if (isSame(now, served)) return;
      server.setSecureContext(now);
      served = now;
      logger.info({}, 'the metrics are served with a new certificate');
    } catch (error) {
      // Half of a pair that is being renewed, for one: the next look finds the other half.
      logger.warn({ err: messageOf(error) }, 'the certificate of the metrics could not be renewed and stays as it was');
    }
  });
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : address.port,
    close: async () => {
      stopLooking();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await access.close();
    },
  };
}

function isSame(one: KeyPair, other: KeyPair): boolean {
  return one.cert === other.cert && one.key === other.key;
}

/** The result ends it. */
function repeatedly(clock: Clock, everyMs: number, work: () => Promise<void>): () => void {
  let cancel: () => void;
  const arm = () => {
    cancel = clock.setTimer(everyMs, () => {
      arm();
      void work();
    });
  };
  arm();
  return () => cancel();
}
