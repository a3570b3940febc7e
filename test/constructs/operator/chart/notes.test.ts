import { describe, expect, it } from '@jest/globals';
import { generatedChart } from '../../../charting/support/helm';

const chart = generatedChart();

/** What the person reads after `helm install ops --namespace tools`. */
async function notes(values: object): Promise<string> {
  const { text } = await chart.dryInstall(values);
  return text.slice(text.indexOf('NOTES:'));
}

describe('after an installation', () => {
  it('one reads what to look at, and how to make a pool where none came with the release', async () => {
    const text = await notes({});
    expect(text).toContain('deployment/ops-spacelift-workerpool-controller-controller-manager');
    expect(text).toContain('kubectl get workerpools,workers');
    expect(text).toContain('kubectl create secret generic my-pool');
    expect(text).not.toContain('WARNING');
  });

  it('one reads which pools came with the release, and not how to make one', async () => {
    const text = await notes({ workerPools: [{ name: 'a' }, { name: 'b', namespace: 'team' }] });
    expect(text).toContain('\n  tools/a\n  team/b\n');
    expect(text).not.toContain('kubectl create secret');
  });

  it("one is warned of a list of namespaces without the release's own", async () => {
    const text = await notes({ controllerManager: { namespaces: ['team'] } });
    expect(text).toContain("WARNING: the release's own namespace tools is not among them");
  });

  it('one reads where WorkerPools are served', async () => {
    const text = await notes({ controllerManager: { namespaces: ['tools', 'team'] } });
    expect(text).toContain('served in tools, team and nowhere else');
    expect(text).not.toContain('WARNING');
  });

  it.each([
    ['a number of its own', { pdb: { enabled: true, minAvailable: 1 } }, true],
    ["Spacelift's controller", { pdb: { enabled: true }, controllerManager: { rbac: { rules: 'official' } } }, true],
    ['nothing but the switch', { pdb: { enabled: true } }, false],
    [
      'a number and namespaces',
      { pdb: { enabled: true, minAvailable: 1 }, controllerManager: { namespaces: ['a'] } },
      false,
    ],
  ])('one is warned of run Pods that the budget does not cover, with %s: %j', async (_, values, warned) => {
    expect((await notes(values)).includes('WARNING: the PodDisruptionBudget of run Pods')).toBe(warned);
  });

  it('one reads who may scrape guarded metrics', async () => {
    const text = await notes({ metricsService: { enabled: true } });
    expect(text).toContain('--clusterrole=ops-spacelift-workerpool-controller-metrics-reader');
    expect(await notes({ metricsService: { enabled: true, secure: false } })).not.toContain('--clusterrole');
  });

  const monitor = (given: object, metricsService: object = {}) => ({
    metricsService: { enabled: true, ...metricsService, serviceMonitor: { enabled: true, ...given } },
  });
  it.each<[string, object, string]>([
    ['plain HTTP for guarded metrics', monitor({ scheme: 'http' }), 'set scheme to https'],
    ['no scheme for guarded metrics', monitor({ scheme: '' }), 'set scheme to https'],
    ['HTTPS for plain metrics', monitor({}, { secure: false }), 'set scheme to http'],
    ['a port that the Service lacks', monitor({ port: 'http' }), 'metricsService.ports: https'],
  ])('one is warned of a ServiceMonitor with %s, and of nothing else', async (_, values, sentence) => {
    const warnings = (await notes(values)).split('\n').filter((line) => line.startsWith('WARNING'));
    expect(warnings).toEqual([expect.stringContaining(sentence)]);
  });

  it.each([
    ['guarded metrics', monitor({})],
    ['plain metrics', monitor({ scheme: 'http' }, { secure: false })],
    ['plain metrics, without a scheme', monitor({ scheme: '' }, { secure: false })],
  ])('one is warned of nothing where Prometheus can scrape %s', async (_, values) => {
    expect(await notes(values)).not.toContain('WARNING');
  });

  it('one reads of helm test only where there is one', async () => {
    expect(await notes({})).toContain('helm test ops --namespace tools');
    expect(await notes({ tests: { enabled: false } })).not.toContain('helm test');
  });

  it('nothing stands between the paragraphs but one empty line', async () => {
    const all = { workerPools: [{ name: 'a' }], controllerManager: { namespaces: ['tools'] } };
    expect(await notes({ ...all, metricsService: { enabled: true } })).not.toMatch(/\n\n\n|\{\{|<no value>/);
    expect(await notes({})).not.toMatch(/\n\n\n|<no value>/);
  });
});
