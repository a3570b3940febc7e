import type { Readable } from 'node:stream';
import { createKubeClient, silentLogger } from '../controller/runtime';
import type { KubeClient } from '../controller/runtime/client-types';
import { credentialSource } from '../controller/runtime/credentials';
import { errorFromAnswer } from '../controller/runtime/errors';
import { Transport, type HttpRequest } from '../controller/runtime/transport';
import { systemClock } from '../time';

/** The clocks, in milliseconds since the epoch, read at the same time. */
export interface Clocks {
  readonly here: number;
  readonly apiServer: number | undefined;
}

/** Which cluster, as kubectl is told it. */
export interface ClusterOptions {
  /** @default - $KUBECONFIG, ~/.kube/config, then the account of the Pod */
  readonly kubeconfig?: string;
  /** @default - the current one */
  readonly context?: string;
}

/** Who looks does not wait as long as a controller that has to go on. */
const ANSWER_WITHIN_MS = 15_000;
const USER_AGENT = 'worker-pools';

/** A cluster as a person at a terminal uses it. */
export class Cluster {
  private constructor(
    readonly client: KubeClient,
    /** The one of the context. */
    readonly namespace: string,
    private readonly transport: Transport,
  ) {}

  static async open(options: ClusterOptions = {}): Promise<Cluster> {
    const load = await credentialSource(options);
    const client = await createKubeClient({
      ...options,
      timeoutMs: ANSWER_WITHIN_MS,
      retries: 1,
      userAgent: USER_AGENT,
      logger: silentLogger,
    });
    const transport = new Transport({
      load,
      clock: systemClock,
      headersTimeoutMs: ANSWER_WITHIN_MS,
      // A log that is followed may be silent for long.
      bodyTimeoutMs: 0,
      userAgent: USER_AGENT,
    });
    return new Cluster(client, await namespaceOf(options), transport);
  }

  /** Whether the API server answers, and what time it has. @throws KubeError */
  async clocks(): Promise<Clocks> {
    const before = Date.now();
    const { date } = await this.answer({ method: 'GET', path: '/version' }, (body) => body.dump());
    const here = (before + Date.now()) / 2;
    const apiServer = date === undefined ? Number.NaN : Date.parse(date);
    // A Date header has whole seconds, so that it is half a second late on average.
    return { here, apiServer: Number.isNaN(apiServer) ? undefined : apiServer + 500 };
  }

  /** The log of a container, as it comes. @throws KubeError */
  async log(path: string, signal: AbortSignal): Promise<Readable> {
    return (await this.answer({ method: 'GET', path, signal }, (body) => body)).body;
  }

  async close(): Promise<void> {
    await Promise.all([this.client.close(), this.transport.close()]);
  }

  private async answer<T>(
    request: HttpRequest,
    read: (body: Awaited<ReturnType<Transport['send']>>['body']) => T | Promise<T>,
  ): Promise<{ date: string | undefined; body: T }> {
    const answer = await this.transport.send(request);
    if (answer.status !== 200) {
      const text = await this.transport.text(request, answer);
      throw errorFromAnswer(`${request.method} ${request.path}`, answer.status, text);
    }
    return { date: answer.date, body: await read(answer.body) };
  }
}

/** The namespace that kubectl would take. */
async function namespaceOf({ kubeconfig, context }: ClusterOptions): Promise<string> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromDefault();
  else config.loadFromFile(kubeconfig);
  return config.getContextObject(context ?? config.getCurrentContext())?.namespace || 'default';
}
