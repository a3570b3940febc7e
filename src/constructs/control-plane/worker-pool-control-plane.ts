import { ServiceAccount, type Env, type IServiceAccount, type MountOptions, type PodScheduling } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { ORIGIN } from '../../charting/kubernetes-names';
import { checkRule, invalidProp, requiredNamespace } from '../shared/checks';
import { constructContext } from '../shared/construct-context';
import { refuseCrossNamespaceReferences } from '../shared/cross-namespace-references';
import { refuseDuplicates } from '../shared/duplicates';
import { asStorage, asVolume, type IPodStorage } from '../shared/pod-storage';
import { chartToReadFrom } from '../shared/rendered';
import { ShadowPod } from '../shared/shadow-pod';
import { valuesOfProps } from '../shared/values-of-props';
import { VERSION } from '../shared/version';
import { CONTROL_PLANE_NAME } from './constants';
import { addControlPlaneManifests } from './manifests';
import { NAME } from './manifests/refusals';
import { serviceAccountName, serviceUrl } from './names';
import type { WorkerPoolControlPlaneProps } from './props';
import { CONTROL_PLANE_POD, CONTROL_PLANE_PROPS } from './props/mapping';
import { controlPlaneValues } from './values';

/**
 * The bundled control plane: pools, run queue, logs and run state. By itself it is one Pod with a volume of its own; with
 * database, keys, API key, blobs and MQTT broker outside of it, as many Pods as are asked for.
 *
 * Objects, names and labels are those of the Helm chart that is generated from the same source. The Pods meet the Pod
 * Security Standard `restricted`.
 *
 * @throws where `namespace` is missing, or a prop is out of its range; at synthesis where props cannot work together
 *
 * @example
 * import { Chart, Size } from 'cdk8s';
 * import { WorkerPoolControlPlane } from 'cdk8s-worker-pools';
 *
 * declare const chart: Chart;
 * new WorkerPoolControlPlane(chart, 'control-plane', { storageSize: Size.gibibytes(50), nodePort: 30843 });
 */
export class WorkerPoolControlPlane extends Construct {
  /** Address that operators and run Pods reach it at. */
  public readonly publicUrl: string;

  /** The ServiceAccount of the Pods, which has no rights. */
  public readonly serviceAccount: IServiceAccount;

  private readonly pod: ShadowPod;

  constructor(scope: Construct, id: string, props: WorkerPoolControlPlaneProps = {}) {
    super(scope, id);
    checkProps(scope, id, props);
    refuseDuplicates(this);
    refuseCrossNamespaceReferences(this);
    const { name = CONTROL_PLANE_NAME } = props;
    const namespace = requiredNamespace(scope, id, props.namespace);
    const context = constructContext({ chart: CONTROL_PLANE_NAME, appVersion: VERSION, name, namespace });
    const values = valuesOfProps(controlPlaneValues, CONTROL_PLANE_PROPS, props, { construct: this, context });
    this.publicUrl = props.publicUrl?.replace(/\/+$/, '') ?? (serviceUrl(values, context) as string);
    this.pod = new ShadowPod(this, props);
    addControlPlaneManifests(this, values, context, (given) => this.pod.addTo(given, CONTROL_PLANE_POD));
    // Not in this app, whose checks would take it for an account that may lie anywhere.
    const place = chartToReadFrom(this);
    this.serviceAccount =
      props.serviceAccount ??
      ServiceAccount.fromServiceAccountName(place, 'account', serviceAccountName(values, context) as string, {
        namespaceName: namespace,
      });
    this.node.defaultChild = this.node.tryFindChild('statefulset') ?? this.node.findChild('deployment');
  }

  /** Where the Pods run: nodes that they are attracted to, taints that they tolerate, and so on. */
  public get scheduling(): PodScheduling {
    return this.pod.pod.scheduling;
  }

  /** Environment variables of the container: `addVariable()` and `copyFrom()` add some. */
  public get env(): Env {
    return this.pod.container.env;
  }

  /**
   * Mounts a volume into the container, which also becomes a volume of the Pod.
   *
   * @param path absolute path in the container
   * @param storage the volume
   * @param options read only, a path inside the volume, and so on
   */
  public mount(path: string, storage: IPodStorage, options: MountOptions = {}): void {
    this.pod.container.mount(path, asStorage(storage), options);
  }

  /**
   * Adds a volume to the Pod. One that is mounted needs no mention here.
   *
   * @param volume the volume
   */
  public addVolume(volume: IPodStorage): void {
    this.pod.pod.addVolume(asVolume(volume));
  }
}

function checkProps(scope: Construct, id: string, props: WorkerPoolControlPlaneProps): void {
  checkRule(scope, id, 'name', NAME, props.name);
  checkRule(scope, id, 'publicUrl', { ...ORIGIN, minLength: 1 }, props.publicUrl);
  if (props.nodePort !== undefined && props.externalHttps !== undefined) {
    throw invalidProp(
      scope,
      id,
      'nodePort',
      props.nodePort,
      'leave it out where externalHttps is given, which has one',
    );
  }
  if (props.serviceAccount !== undefined && props.serviceAccountAnnotations !== undefined) {
    const allowed = 'leave it out where serviceAccount is given, which has annotations of its own';
    throw invalidProp(scope, id, 'serviceAccountAnnotations', props.serviceAccountAnnotations, allowed);
  }
}
