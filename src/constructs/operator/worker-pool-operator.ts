import {
  ClusterRole,
  ClusterRoleBinding,
  type Env,
  type ISubject,
  type MountOptions,
  type PodScheduling,
} from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import {
  checkName,
  checkPorts,
  checkWholeNumber,
  invalidProp,
  isWholeNumber,
  requiredNamespace,
  wholeNumber,
} from '../shared/checks';
import { CustomResourceDefinitions } from '../crds/custom-resource-definitions';
import { LABEL_LIMIT, NAMESPACE_NAME, PERCENTAGE } from '../../charting/kubernetes-names';
import { asStorage, asVolume, type IPodStorage } from '../shared/pod-storage';
import { refuseStrangers } from '../shared/strangers';
import { refuseTwins } from '../shared/twins';
import { ControllerPod } from './controller-pod';
import { CONTROLLER_ARGS, OPERATOR_NAME } from './defaults';
import { addOperatorManifests } from './manifests';
import type { DisruptionBudget } from './operator-options';
import type { WorkerPoolOperatorProps } from './operator-props';
import { operatorSettings } from './operator-settings';

/**
 * The operator: the controller that serves WorkerPools, what it may do, and the definitions of its kinds.
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

  private readonly pod: ControllerPod;
  private readonly guardsMetrics: boolean;

  constructor(scope: Construct, id: string, props: WorkerPoolOperatorProps = {}) {
    super(scope, id);
    checkProps(scope, id, props);
    refuseTwins(this);
    refuseStrangers(this);
    this.namespace = requiredNamespace(scope, id, props.namespace);
    this.name = props.name ?? OPERATOR_NAME;
    this.guardsMetrics = props.metrics !== undefined && (props.metrics.secure ?? true);
    this.pod = new ControllerPod(this, props);
    const { labels, annotations, installCrds = true } = props;
    if (installCrds) new CustomResourceDefinitions(this, 'crds', { labels, annotations });
    addOperatorManifests(this, operatorSettings(this, this.namespace, props, this.pod));
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
  checkWholeNumber(scope, id, 'replicas', props.replicas, 0);
  checkWholeNumber(scope, id, 'revisionHistoryLimit', props.revisionHistoryLimit, 0);
  checkBudget(scope, id, 'runDisruptionBudget', props.runDisruptionBudget ?? {}, true);
  checkBudget(scope, id, 'controllerDisruptionBudget', props.controllerDisruptionBudget ?? {}, false);
  checkArgs(scope, id, props.args);
  if (props.serviceAccount !== undefined && props.serviceAccountAnnotations !== undefined) {
    const allowed = 'leave it out where serviceAccount is given, which has annotations of its own';
    throw invalidProp(scope, id, 'serviceAccountAnnotations', props.serviceAccountAnnotations, allowed);
  }
  checkNamespaces(scope, id, props.watchNamespaces ?? []);
  checkPorts(scope, id, 'networkPolicy.egressPorts', props.networkPolicy?.egressPorts ?? []);
}

/** Every budget takes one of two numbers; those of run Pods cannot be parts, which Kubernetes does not compute for them. */
function checkBudget(scope: Construct, id: string, prop: string, budget: DisruptionBudget, ofRuns: boolean): void {
  const { minAvailable, maxUnavailable } = budget;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    throw invalidProp(scope, id, prop, budget, 'set minAvailable or maxUnavailable, not both');
  }
  for (const [field, value] of Object.entries({ minAvailable, maxUnavailable })) {
    const isPart = typeof value === 'string' && new RegExp(`^${PERCENTAGE}$`).test(value);
    if (value === undefined || (typeof value === 'number' && isWholeNumber(value, 0)) || (isPart && !ofRuns)) continue;
    const allowed = ofRuns
      ? ', because Kubernetes cannot compute a part of run Pods'
      : ', or a percentage such as "50%"';
    throw invalidProp(scope, id, `${prop}.${field}`, value, `it must be ${wholeNumber(0)}${allowed}`);
  }
}

/** The default ones are left out where somebody gives others; to forget one of them lets two controllers do the same. */
function checkArgs(scope: Construct, id: string, args: readonly string[] = CONTROLLER_ARGS): void {
  if (args.some((arg) => /^--leader-elect(=|$)/.test(arg))) return;
  const allowed =
    'they take the place of the default ones: add --leader-elect, without which two Pods serve every WorkerPool while the ' +
    'Deployment rolls, or say --leader-elect=false';
  throw invalidProp(scope, id, 'args', args, allowed);
}

function checkNamespaces(scope: Construct, id: string, namespaces: readonly string[]): void {
  const valid = new RegExp(NAMESPACE_NAME);
  const wrong = namespaces.find((name) => !valid.test(name) || name.length > LABEL_LIMIT);
  if (wrong !== undefined) {
    const allowed = `a namespace has at most ${LABEL_LIMIT} lowercase letters, digits and dashes, no dash at either end`;
    throw invalidProp(scope, id, 'watchNamespaces', wrong, allowed);
  }
  if (new Set(namespaces).size < namespaces.length) {
    throw invalidProp(scope, id, 'watchNamespaces', namespaces, 'name each namespace once');
  }
}
