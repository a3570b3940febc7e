/** What Prometheus does by the ServiceMonitors of docs/operations/metrics.md, against the metrics of a real controller. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { fencesOf } from '../docs/support/fences';
import { apiServer } from '../support/api-server';
import { installCrds, type RunningController } from '../support/controlled-pool';
import { CHART, fullNameOf, HelmCluster } from '../support/helm-cluster';
import { startControllerOf } from '../support/helm-controller';
import { createNamespace, tokenOf, type KubeObject } from '../support/kube';
import { READ_METRICS, serviceAccount, untilAllowed } from '../support/rights';
import { scrape, type Endpoint } from '../support/scrape';

jest.setTimeout(120_000);

const PAGE = 'docs/operations/metrics.md';
const [GUARDED, PLAIN] = fencesOf(PAGE, readFileSync(PAGE, 'utf8'))
  .filter(({ flags }) => flags.has('values'))
  .map(({ code }) => parse(code) as Values);

interface Values {
  readonly metricsService: { readonly serviceMonitor: object };
}

interface ServiceMonitor extends KubeObject {
  readonly spec: { readonly endpoints: readonly Endpoint[] };
}

let cluster: HelmCluster;
beforeAll(async () => {
  await installCrds();
  cluster = new HelmCluster(apiServer());
});
afterAll(() => cluster.remove());

/** A release with the values of the page; its ServiceMonitor is rendered and not made, for there is no such kind here. */
class Monitored {
  private constructor(
    readonly release: string,
    readonly namespace: string,
    readonly endpoint: Endpoint,
    readonly controller: RunningController,
  ) {}

  static async install(release: string, values: Values): Promise<Monitored> {
    const namespace = await createNamespace(release);
    const given = { ...values, crds: { install: false } };
    const options = ['--namespace', namespace, '--values'];
    const rendered = await cluster.helmOk('template', release, CHART, ...options, cluster.file(given));
    const monitor = parseAllDocuments(rendered)
      .map((document) => document.toJS() as ServiceMonitor)
      .find(({ kind }) => kind === 'ServiceMonitor');
    const [endpoint] = monitor?.spec.endpoints ?? [];
    if (endpoint === undefined) throw new Error(`no ServiceMonitor with an endpoint:\n${rendered}`);
    const without = { ...given, metricsService: { ...values.metricsService, serviceMonitor: { enabled: false } } };
    await cluster.helmOk('install', release, CHART, ...options, cluster.file(without));
    return new Monitored(release, namespace, endpoint, await startControllerOf(cluster, release, namespace));
  }

  async end(): Promise<void> {
    await this.controller.stop();
    await cluster.helmOk('uninstall', this.release, '--namespace', this.namespace);
  }

  async scrape(account: string): Promise<{ status?: number; text: string }> {
    return scrape(this.endpoint, this.controller.ports.metrics, await tokenOf(this.namespace, account));
  }

  async createAccount(account: string): Promise<void> {
    await cluster.kubectlOk('create', 'serviceaccount', account, '--namespace', this.namespace);
  }
}

describe('guarded metrics', () => {
  let monitored: Monitored;
  beforeAll(async () => {
    monitored = await Monitored.install('guarded', GUARDED as Values);
    await monitored.createAccount('prometheus');
  });
  afterAll(() => monitored.end());

  it('are not shown to an account that nobody let in', async () => {
    expect(await monitored.scrape('prometheus')).toMatchObject({ status: 403 });
  });

  it('are scraped once the command of the page let the account in', async () => {
    const account = `--serviceaccount=${monitored.namespace}:prometheus`;
    const role = `--clusterrole=${fullNameOf(monitored.release)}-metrics-reader`;
    await cluster.kubectlOk('create', 'clusterrolebinding', `scrape-${monitored.namespace}`, role, account);
    await untilAllowed(serviceAccount(monitored.namespace, 'prometheus'), READ_METRICS);
    const { status, text } = await monitored.scrape('prometheus');
    expect(status).toBe(200);
    expect(text).toContain('spacelift_workerpool_controller_worker_creation_errors_total');
  });
});

describe('plain metrics', () => {
  it('are scraped by anybody', async () => {
    const monitored = await Monitored.install('plain', PLAIN as Values);
    try {
      const { status, text } = await monitored.scrape('default');
      expect(status).toBe(200);
      expect(text).toContain('spacelift_workerpool_controller_worker_creation_errors_total');
    } finally {
      await monitored.end();
    }
  });
});
