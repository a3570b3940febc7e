import { Registry } from 'prom-client';
import type { KubeClient, KubeObject, ReflectorOptions } from '../../../src/controller/runtime';
import { Cache, PODS, Reflector } from '../../../src/controller/runtime';
import { JsonKubeClient } from '../../../src/controller/runtime/client';
import { FaultServer } from '../../support/fault-server';
import type { FakeClock } from '../../support/fake-clock';
import { hastyClock } from '../../support/fake-clock';

export type Options = Partial<ReflectorOptions<KubeObject>> & { clock?: FakeClock; timeoutMs?: number };

/** A reflector against a server of its own, with names and versions as the state to compare. */
export class Scene {
  readonly server = new FaultServer();
  readonly metrics = new Registry();
  readonly cache = new Cache<KubeObject>();
  private client: KubeClient | undefined;
  private closed = false;
  reflector!: Reflector<KubeObject>;

  async open(): Promise<void> {
    await this.server.start();
    this.server.put('alpha');
    this.server.put('beta');
  }

  /** Starts it; time runs a thousandfold, and the watchdog and the audit keep still, unless the options say otherwise. */
  start(options: Options = {}): void {
    const { timeoutMs = 5_000, ...rest } = options;
    const clock = options.clock ?? hastyClock;
    this.client = clientOf(this.server, { clock, timeoutMs });
    const defaults = { watchdogMs: Infinity, auditMs: 0, random: () => 0.5, metrics: this.metrics, clock };
    this.reflector = new Reflector({ client: this.client, resource: PODS, cache: this.cache, ...defaults, ...rest });
    this.reflector.start();
  }

  async startAndWatch(options: Options = {}): Promise<void> {
    this.start(options);
    await this.reflector.whenSynced();
    await this.server.until(() => this.server.openWatches === 1);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.reflector?.stop();
    await this.client?.close();
    await this.server.stop();
  }

  get state(): Record<string, string | undefined> {
    return Object.fromEntries(this.cache.list().map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
  }

  /** Resolves when the cache is what the server holds; Jest's time limit is the judge of never. */
  async converged(): Promise<void> {
    const sameAs = (truth: Record<string, string>) =>
      JSON.stringify(sorted(this.state)) === JSON.stringify(sorted(truth));
    await this.until(() => sameAs(this.server.store.truth));
  }

  /** Resolves when the condition holds, or the test is over. */
  async until(condition: () => boolean): Promise<void> {
    while (!this.closed && !condition()) await pause();
  }

  async failures(): Promise<Record<string, number>> {
    const metric = await this.metrics.getSingleMetric('reflector_failures_total')?.get();
    return Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [String(labels['reason']), value]));
  }

  async counted(name: string): Promise<number> {
    return (await this.metrics.getSingleMetric(name)?.get())?.values[0]?.value ?? 0;
  }
}

export function clientOf(
  server: FaultServer,
  options: ConstructorParameters<typeof JsonKubeClient>[1] = {},
): JsonKubeClient {
  const credentials = { server: server.url, tls: {}, headers: { authorization: 'Bearer test' } };
  return new JsonKubeClient(() => Promise.resolve(credentials), { random: () => 0.5, clock: hastyClock, ...options });
}

export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2));
}

function sorted(state: Record<string, string | undefined>): [string, string | undefined][] {
  return Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1));
}
