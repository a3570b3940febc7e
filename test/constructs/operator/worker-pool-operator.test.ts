import { describe, expect, it } from '@jest/globals';
import { Size } from 'cdk8s';
import { Cpu } from 'cdk8s-plus-28';
import { WorkerPoolOperator, type WorkerPoolOperatorProps } from '../../../src';
import { operatorChart } from '../../../src/helm/charts/operator-chart';
import { synthesizeChart } from '../../../src/helm/synthesize';
import { only, synthesized, type Manifest } from '../support';

const operator = (props?: WorkerPoolOperatorProps) =>
  synthesized((chart) => new WorkerPoolOperator(chart, 'op', props));

describe('WorkerPoolOperator', () => {
  const release = { name: 'spacelift-workerpool-controller', namespace: 'tools' };
  const cases: readonly [string, WorkerPoolOperatorProps, object][] = [
    ['defaults', {}, {}],
    ['two namespaces', { watchNamespaces: ['a', 'b'] }, { controllerManager: { namespaces: ['a', 'b'] } }],
    ['metrics', { metrics: {} }, { metricsService: { enabled: true } }],
    [
      'plain metrics',
      { metrics: { secure: false, enableHttp2: true } },
      { metricsService: { enabled: true, secure: false, enableHTTP2: true } },
    ],
    ['a budget of run Pods', { runDisruptionBudget: {} }, { pdb: { enabled: true } }],
    [
      'budgets with numbers',
      { runDisruptionBudget: { maxUnavailable: 0 }, controllerDisruptionBudget: { minAvailable: 1 } },
      { pdb: { enabled: true, maxUnavailable: 0 }, controllerManager: { pdb: { enabled: true, minAvailable: 1 } } },
    ],
    ['no definitions', { installCrds: false }, { crds: { install: false } }],
    [
      'resources',
      { resources: { cpu: { request: Cpu.millis(50) }, memory: { limit: Size.gibibytes(1) } } },
      {
        controllerManager: {
          manager: { resources: { requests: { cpu: '50m', memory: null }, limits: { memory: '1024Mi' } } },
        },
      },
    ],
  ];
  it.each(cases)('is what the chart renders: %s', (_, props, values) => {
    const rendered = synthesizeChart(operatorChart, release, values as Record<string, unknown>);
    expect(operator(props).map(withoutOrigin).sort(byText)).toEqual(
      (rendered as unknown as Manifest[]).map(withoutOrigin).sort(byText),
    );
  });

  it('lets the controller do what it does, and no more', () => {
    const rules = (object: Manifest) =>
      (object.rules ?? []).flatMap(({ apiGroups, resources, verbs }) =>
        resources.map((resource) => `${apiGroups.join()}/${resource}: ${[...verbs].sort().join(' ')}`),
      );
    expect(rules(only(operator(), 'ClusterRole'))).toEqual([
      '/pods: create delete get list patch watch',
      '/secrets: get',
      '/events: create patch',
      'workers.spacelift.io/workerpools: get list patch watch',
      'workers.spacelift.io/workers: create delete get list patch watch',
      'workers.spacelift.io/workerpools/status: get patch update',
      'workers.spacelift.io/workers/status: get patch update',
      'workers.spacelift.io/workerpools/finalizers: update',
      'workers.spacelift.io/workers/finalizers: update',
    ]);
    expect(rules(only(operator(), 'Role'))).toEqual(['coordination.k8s.io/leases: create get update']);
  });

  it('grants nothing outside of the namespaces that it watches', () => {
    const objects = operator({ watchNamespaces: ['a'] });
    expect(objects.filter(({ kind }) => kind.startsWith('ClusterRole'))).toEqual([]);
    expect(only(objects, 'Role', 'manager-role').metadata.namespace).toBe('a');
    expect(only(objects, 'RoleBinding', 'manager-rolebinding').subjects).toMatchObject([{ namespace: 'tools' }]);
  });

  it('keeps its labels apart from what selects the Pods', () => {
    const { spec, metadata } = only(operator(), 'Deployment');
    expect(spec.selector.matchLabels).toEqual(spec.template.metadata.labels);
    expect(metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(Object.keys(spec.selector.matchLabels)).not.toContain('app.kubernetes.io/version');
  });

  it('runs under the Pod Security Standard "restricted"', () => {
    const pod = only(operator(), 'Deployment').spec.template.spec;
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(pod.containers).toMatchObject([
      { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
    ]);
  });

  it.each<[string, WorkerPoolOperatorProps, string]>([
    ['a negative number of Pods', { replicas: -1 }, 'chart/op: replicas is -1; it must be a whole number from 0 up'],
    ['half a Pod', { replicas: 1.5 }, 'chart/op: replicas is 1.5; it must be a whole number from 0 up'],
    [
      'both numbers of a budget',
      { runDisruptionBudget: { minAvailable: 1, maxUnavailable: 1 } },
      'chart/op: runDisruptionBudget is {"minAvailable":1,"maxUnavailable":1}; set minAvailable or maxUnavailable, not both',
    ],
  ])('refuses %s', (_, props, sentence) => {
    expect(() => operator(props)).toThrow(sentence);
  });

  it('refuses to stand in no namespace', () => {
    expect(() => synthesized((chart) => new WorkerPoolOperator(chart, 'op'), '')).toThrow(
      'chart/op: namespace is not set; name one here, or give the Chart one',
    );
  });
});

/** Chart and cdk8s differ in who says that he manages the object, on purpose. */
function withoutOrigin(object: Manifest): Manifest {
  const text = JSON.stringify(object).replaceAll(
    '"app.kubernetes.io/managed-by":"Helm"',
    '"app.kubernetes.io/managed-by":"cdk8s"',
  );
  return JSON.parse(text.replace(/,"helm\.sh\/chart":"[^"]*"/g, '')) as Manifest;
}

function byText(left: Manifest, right: Manifest): number {
  return JSON.stringify(left).localeCompare(JSON.stringify(right));
}
