import {
  ClusterRole,
  ClusterRoleBinding,
  ServiceAccount,
  type Env,
  type IServiceAccount,
  type ISubject,
  type MountOptions,
  type PodScheduling,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { CustomResourceDefinitions } from '../crds/custom-resource-definitions';
import { checkName, invalidProp, requiredNamespace } from '../shared/checks';
import { constructContext } from '../shared/construct-context';
import { asStorage, asVolume, type IPodStorage } from '../shared/pod-storage';
import { chartToReadFrom } from '../shared/rendered';
import { ShadowPod } from '../shared/shadow-pod';
import { refuseCrossNamespaceReferences } from '../shared/cross-namespace-references';
import { refuseDuplicates } from '../shared/duplicates';
import { valuesOfProps } from '../shared/values-of-props';
import { VERSION } from '../shared/version';
import { OPERATOR_NAME } from './constants';
import { addOperatorManifests } from './manifests';
import { serviceAccountName } from './names';
import { operatorValues } from './values';
import { OPERATOR_POD, OPERATOR_PROPS } from './worker-pool-operator-mapping';
import type { WorkerPoolOperatorProps } from './worker-pool-operator-props';

/**
 * The operator: the controller that serves WorkerPools, what it may do, and the CRDs of its kinds.
 *
 * Objects, names and labels are those of the Helm chart that is generated from the same source.
 *
 * @throws where a prop is out of its range, both numbers of a budget are set, `namespace` is missing, or the arguments
 * and the rest cannot work together
 */
export class WorkerPoolOperator extends Construct {
  /** Namespace of the controller. */
  public readonly namespace: string;

  /** What the name of every object begins with. */
  public readonly name: string;

  /** The controller's ServiceAccount, for example as the subject of a binding. */
  public readonly serviceAccount: IServiceAccount;

  private readonly pod: ShadowPod;
  private readonly guardsMetrics: boolean;

  constructor(scope: Construct, id: string, props: WorkerPoolOperatorProps = {}) {
    super(scope, id);
    checkProps(scope, id, props);
    refuseDuplicates(this);
    refuseCrossNamespaceReferences(this);
    this.namespace = requiredNamespace(scope, id, props.namespace);
    this.name = props.name ?? OPERATOR_NAME;
    const { name, namespace } = this;
    const context = constructContext({ chart: OPERATOR_NAME, appVersion: VERSION, name, namespace });
    const values = valuesOfProps(operatorValues, OPERATOR_PROPS, props, { construct: this, context });
    this.guardsMetrics = values.metricsService.enabled === true && values.metricsService.secure === true;
    this.pod = new ShadowPod(this, props);
    const { labels, annotations, installCrds = true } = props;
    if (installCrds) new CustomResourceDefinitions(this, 'crds', { labels, annotations });
    addOperatorManifests(this, values, context, (given) => this.pod.addTo(given, OPERATOR_POD));
    // Not in this app, whose checks would take it for an account that may lie anywhere.
    const place = chartToReadFrom(this);
    this.serviceAccount =
      props.serviceAccount ??
      ServiceAccount.fromServiceAccountName(place, 'account', serviceAccountName(values, context) as string, {
        namespaceName: namespace,
      });
    this.node.defaultChild = this.node.findChild('deployment');
  }

  /** Where the controller's Pod runs: nodes that it is attracted to, taints that it tolerates, and so on. */
  public get scheduling(): PodScheduling {
    return this.pod.pod.scheduling;
  }

  /** Environment variables of the controller's container: `addVariable()` and `copyFrom()` add some. */
  public get env(): Env {
    return this.pod.container.env;
  }

  /**
   * Mounts a volume into the controller's container, which also becomes a volume of the Pod.
   *
   * @param path absolute path in the container
   * @param storage the volume
   * @param options read only, a path inside the volume, and so on
   */
  public mount(path: string, storage: IPodStorage, options: MountOptions = {}): void {
    this.pod.container.mount(path, asStorage(storage), options);
  }

  /**
   * Adds a volume to the controller's Pod. One that is mounted needs no mention here.
   *
   * @param volume the volume
   */
  public addVolume(volume: IPodStorage): void {
    this.pod.pod.addVolume(asVolume(volume));
  }

  /**
   * Lets somebody scrape the guarded metrics.
   *
   * @param id unique among the operator's constructs
   * @param subject for example the ServiceAccount of Prometheus
   * @throws where the metrics are off or not guarded: there is nothing to grant then
   */
  public grantMetrics(id: string, subject: ISubject): void {
    if (!this.guardsMetrics) {
      throw new Error(`${this.node.path}: the metrics are off or open to everybody, so there is nothing to grant`);
    }
    const role = ClusterRole.fromClusterRoleName(this, `${id}-role`, `${this.name}-metrics-reader`);
    new ClusterRoleBinding(this, id, { role }).addSubjects(subject);
  }
}

function checkProps(scope: Construct, id: string, props: WorkerPoolOperatorProps): void {
  checkName(scope, id, props.name ?? OPERATOR_NAME);
  checkArgs(scope, id, props);
  const { minAvailable, maxUnavailable } = props.controllerDisruptionBudget ?? {};
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const allowed = 'set minAvailable or maxUnavailable, not both';
    throw invalidProp(scope, id, 'controllerDisruptionBudget', { minAvailable, maxUnavailable }, allowed);
  }
  if (props.serviceAccount !== undefined && props.serviceAccountAnnotations !== undefined) {
    const allowed = 'leave it out where serviceAccount is given, which has annotations of its own';
    throw invalidProp(scope, id, 'serviceAccountAnnotations', props.serviceAccountAnnotations, allowed);
  }
}

/** The default ones are left out where somebody gives others; to forget one of them lets two controllers do the same. */
function checkArgs(scope: Construct, id: string, { args, extraArgs = [] }: WorkerPoolOperatorProps): void {
  if (args === undefined || [...args, ...extraArgs].some((arg) => /^--leader-elect(=|$)/.test(arg))) return;
  const allowed =
    'they take the place of the default ones: give them as extraArgs, or add --leader-elect, without which two Pods serve every WorkerPool while the ' +
    'Deployment rolls, or say --leader-elect=false';
  throw invalidProp(scope, id, 'args', args, allowed);
}
