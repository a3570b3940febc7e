import { describe, expect, it } from '@jest/globals';
import { Duration } from 'cdk8s';
import {
  EnvValue,
  Node,
  NodeLabelQuery,
  NodeTaintQuery,
  PercentOrAbsolute,
  Pods,
  Role,
  RoleBinding,
  ServiceAccount,
  TaintEffect,
} from 'cdk8s-plus-28';
import { OperatorRights, WorkerPoolOperator, type WorkerPoolOperatorProps } from '../../../src';
import { only, synthesized, type Manifest } from '../support';
import { elsewhere, emptyVolume } from './elsewhere';

const operator = (props?: WorkerPoolOperatorProps) =>
  synthesized((chart) => new WorkerPoolOperator(chart, 'op', props));

const rules = (object: Manifest) =>
  (object.rules ?? []).flatMap(({ apiGroups, resources, verbs }) =>
    resources.map((resource) => `${apiGroups.join()}/${resource}: ${[...verbs].sort().join(' ')}`),
  );

describe('WorkerPoolOperator', () => {
  it('can be added to until it is synthesized', () => {
    const objects = synthesized((chart) => {
      const op = new WorkerPoolOperator(chart, 'op');
      op.scheduling.tolerate(Node.tainted(NodeTaintQuery.is('dedicated', 'ops', { effect: TaintEffect.NO_SCHEDULE })));
      op.scheduling.attract(Node.labeled(NodeLabelQuery.is('disk', 'ssd')), { weight: 10 });
      op.scheduling.separate(Pods.select(chart, 'others', { labels: { app: 'other' } }));
      op.env.addVariable('HTTPS_PROXY', EnvValue.fromValue('http://proxy'));
      op.mount('/opt/spacelift/certs', emptyVolume('ca'), { readOnly: true });
      op.addVolume(emptyVolume('spare'));
    });
    const pod = only(objects, 'Deployment').spec.template.spec;
    expect(pod).toMatchObject({
      tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'ops', effect: 'NoSchedule' }],
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname' }],
        },
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10 }],
          requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}] },
        },
      },
      volumes: [{ name: 'ca' }, { name: 'spare' }],
    });
    expect(pod.containers[0]?.env.at(-1)).toEqual({ name: 'HTTPS_PROXY', value: 'http://proxy' });
    expect(pod.containers[0]?.volumeMounts).toEqual([
      { name: 'ca', mountPath: '/opt/spacelift/certs', readOnly: true },
    ]);
  });

  it.each<[string, WorkerPoolOperatorProps, string]>([
    ['its own', {}, 'spacelift-workerpool-controller-controller-manager'],
    [
      'that of a prop',
      { serviceAccount: ServiceAccount.fromServiceAccountName(elsewhere(), 'account', 'mine') },
      'mine',
    ],
  ])('tells its ServiceAccount, %s, to whoever grants it more', (_, props, name) => {
    const objects = synthesized((chart) => {
      const op = new WorkerPoolOperator(chart, 'op', props);
      new RoleBinding(chart, 'more', { role: Role.fromRoleName(chart, 'role', 'more') }).addSubjects(op.serviceAccount);
    });
    expect(objects.at(-1)).toMatchObject({ kind: 'RoleBinding', subjects: [{ kind: 'ServiceAccount', name }] });
    expect(only(objects, 'Deployment').spec.template.spec).toMatchObject({ serviceAccountName: name });
  });

  it('lets Prometheus scrape the guarded metrics', () => {
    const objects = synthesized((chart) => {
      const op = new WorkerPoolOperator(chart, 'op', { metrics: {} });
      op.grantMetrics(
        'prometheus',
        ServiceAccount.fromServiceAccountName(chart, 'sa', 'prometheus', { namespaceName: 'm' }),
      );
    });
    expect(objects.at(-1)).toMatchObject({
      kind: 'ClusterRoleBinding',
      roleRef: { kind: 'ClusterRole', name: 'spacelift-workerpool-controller-metrics-reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'prometheus', namespace: 'm' }],
    });
  });

  it('has nothing to grant where everybody may scrape', () => {
    const op = new WorkerPoolOperator(elsewhere(), 'op', { namespace: 'tools', metrics: { secure: false } });
    const prometheus = ServiceAccount.fromServiceAccountName(op, 'sa', 'prometheus');
    expect(() => op.grantMetrics('prometheus', prometheus)).toThrow('elsewhere/op: the metrics are off or open');
  });

  it.each<[string, WorkerPoolOperatorProps, string[]]>([
    ['needs no right to budgets without protection of runs', {}, []],
    [
      'may keep budgets wherever runs are, where it protects them',
      { runDisruptionBudget: {} },
      ['policy/poddisruptionbudgets: create delete get list watch'],
    ],
    ['keeps no budget whose number is given', { runDisruptionBudget: { minAvailable: 2 } }, []],
  ])('%s', (_, props, granted) => {
    const objects = operator(props);
    expect(rules(only(objects, 'ClusterRole', '-manager-role')).filter((rule) => rule.startsWith('policy/'))).toEqual(
      granted,
    );
    const variables = only(objects, 'Deployment').spec.template.spec.containers[0]?.env ?? [];
    const switches = variables.filter(({ name }) => name === 'WORKER_POOLS_RUN_DISRUPTION_BUDGET');
    expect(switches).toEqual(granted.map(() => ({ name: 'WORKER_POOLS_RUN_DISRUPTION_BUDGET', value: 'true' })));
  });

  it.each<[string, WorkerPoolOperatorProps, (string | undefined)[]]>([
    ['of a number, in its own namespace', { runDisruptionBudget: { minAvailable: 2 } }, ['tools']],
    [
      'in each namespace that it watches',
      { runDisruptionBudget: { minAvailable: 2 }, watchNamespaces: ['a', 'b'] },
      ['a', 'b'],
    ],
    [
      "for Spacelift's own controller, which keeps none",
      { runDisruptionBudget: {}, rights: OperatorRights.OFFICIAL, watchNamespaces: ['a'] },
      ['a'],
    ],
    ['nowhere, where the controller keeps them', { runDisruptionBudget: {}, watchNamespaces: ['a'] }, []],
  ])('writes a budget of run Pods %s', (_, props, namespaces) => {
    const budgets = operator(props).filter(({ kind }) => kind === 'PodDisruptionBudget');
    expect(budgets.map(({ metadata }) => metadata.namespace)).toEqual(namespaces);
  });

  it('tells its labels and annotations to the definitions, which Helm still leaves where they are', () => {
    const definitions = operator({
      labels: { team: 'a' },
      annotations: { 'argocd.argoproj.io/sync-wave': '-1' },
    }).filter(({ kind }) => kind === 'CustomResourceDefinition');
    expect(definitions.map(({ metadata }) => [metadata.labels, metadata.annotations])).toEqual(
      Array(2).fill([{ team: 'a' }, { 'argocd.argoproj.io/sync-wave': '-1', 'helm.sh/resource-policy': 'keep' }]),
    );
  });

  it.each<[string, WorkerPoolOperatorProps, number]>([
    ['grants people pools by the roles that they have', {}, 2],
    ['grants people nothing where a prop says so', { aggregateClusterRoles: false }, 0],
    ['grants people nothing where somebody else grants everything', { rights: OperatorRights.NONE }, 0],
  ])('%s', (_, props, count) => {
    const roles = operator(props).filter(({ metadata }) => JSON.stringify(metadata).includes('/aggregate-to-'));
    expect(roles).toHaveLength(count);
  });

  it('grants nothing outside of the namespaces that it watches', () => {
    const objects = operator({ watchNamespaces: ['a'] });
    expect(objects.filter(({ kind }) => kind.startsWith('ClusterRole'))).toEqual([]);
    expect(only(objects, 'Role', 'manager-role').metadata.namespace).toBe('a');
    expect(only(objects, 'RoleBinding', 'manager-rolebinding').subjects).toMatchObject([{ namespace: 'tools' }]);
  });

  it('gets no variables of the Services of its namespace, of which there may be too many', () => {
    expect(only(operator(), 'Deployment').spec.template.spec.enableServiceLinks).toBe(false);
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
      '[chart/op] a PodDisruptionBudget takes minAvailable or maxUnavailable, not both: unset one of them',
    ],
    [
      "both numbers of the controller's budget",
      {
        controllerDisruptionBudget: {
          minAvailable: PercentOrAbsolute.absolute(1),
          maxUnavailable: PercentOrAbsolute.absolute(1),
        },
      },
      'chart/op: controllerDisruptionBudget is {"minAvailable":{"value":1},"maxUnavailable":{"value":1}}; set minAvailable or',
    ],
    ...(
      [
        ['runDisruptionBudget', { minAvailable: -3 }, 'minAvailable is -3; it must be a whole number from 0 up'],
        [
          'controllerDisruptionBudget',
          { maxUnavailable: PercentOrAbsolute.absolute(1.5) },
          'maxUnavailable is 1.5; it must be',
        ],
        [
          'controllerDisruptionBudget',
          { maxUnavailable: PercentOrAbsolute.percent(101) },
          'maxUnavailable is "101%"; it must be a whole number from 0 up, or a percentage such as "50%"',
        ],
      ] as const
    ).map(([prop, budget, sentence]): [string, WorkerPoolOperatorProps, string] => [
      `a ${prop} of ${JSON.stringify(budget)}`,
      { [prop]: budget },
      `chart/op: ${prop}.${sentence}`,
    ]),
    ['a name with capitals', { name: 'Ops' }, 'chart/op: name is "Ops"; it must have at most 63 lowercase letters'],
    ['a name that is too long', { name: 'a'.repeat(64) }, 'it must have at most 63 lowercase letters'],
    [
      'a namespace twice',
      { watchNamespaces: ['a', 'a'] },
      'chart/op: watchNamespaces is ["a","a"]; none of them may stand there twice',
    ],
    [
      'what is no namespace',
      { watchNamespaces: ['Team'] },
      'chart/op: watchNamespaces is "Team"; a namespace has at most 63 lowercase letters',
    ],
    [
      'a time that is no number of seconds',
      { terminationGracePeriod: Duration.millis(1500) },
      'chart/op: terminationGracePeriod is 1.5; it must be a whole number from 0 up',
    ],
    [
      'a time between scrapes that is no number of seconds',
      { metrics: { serviceMonitor: { interval: Duration.millis(500) } } },
      'chart/op: metrics.serviceMonitor.interval is "0.5s"; it must be a duration in whole seconds, such as 90s',
    ],
    ['no image', { image: '' }, 'chart/op: image is ""; it must not be empty'],
    [
      'annotations of an account that it does not make',
      {
        serviceAccount: ServiceAccount.fromServiceAccountName(elsewhere(), 'account', 'x'),
        serviceAccountAnnotations: { a: 'b' },
      },
      'chart/op: serviceAccountAnnotations is {"a":"b"}; leave it out where serviceAccount is given',
    ],
    [
      'a port that there is not',
      { networkPolicy: { egressPorts: [0] } },
      'chart/op: networkPolicy.egressPorts is 0; a port is a whole number from 1 to 65535',
    ],
    [
      'arguments that forget leader election',
      { args: ['--kube-api-qps=50'] },
      'chart/op: args is ["--kube-api-qps=50"]; they take the place of the default ones: give them as extraArgs, or add --leader-elect, without which',
    ],
    [
      'two leaders',
      { replicas: 2, args: ['--leader-elect=false'] },
      '[chart/op] several replicas need the argument --leader-elect',
    ],
    [
      'timings that let two lead',
      { leaderElection: { leaseDuration: Duration.seconds(10) } },
      '[chart/op] of leader election, the lease duration must be longer than the renew deadline',
    ],
  ])('refuses %s', (_, props, sentence) => {
    expect(() => operator(props)).toThrow(sentence);
  });

  it.each([['--leader-elect'], ['--leader-elect=true'], ['--leader-elect=false', '--kube-api-qps=50']])(
    'takes arguments that say how it leads: %s',
    (...args) => {
      expect(only(operator({ args }), 'Deployment').spec.template.spec.containers[0]?.args).toEqual(
        expect.arrayContaining(args),
      );
    },
  );

  it('adds arguments to those that it has anyway', () => {
    const [container] = only(operator({ extraArgs: ['--kube-api-qps=50'] }), 'Deployment').spec.template.spec
      .containers;
    expect(container?.args.slice(0, 3)).toEqual([
      '--health-probe-bind-address=:8081',
      '--leader-elect',
      '--kube-api-qps=50',
    ]);
  });

  it('takes a percentage for the budget of its own Pods', () => {
    expect(
      only(
        operator({ controllerDisruptionBudget: { minAvailable: PercentOrAbsolute.percent(50) } }),
        'PodDisruptionBudget',
      ).spec,
    ).toMatchObject({
      minAvailable: '50%',
    });
  });

  it('refuses to stand in no namespace', () => {
    expect(() => synthesized((chart) => new WorkerPoolOperator(chart, 'op'), '')).toThrow(
      'chart/op: namespace is not set; name one here, or give the Chart one',
    );
  });
});
