import type { Env, IServiceAccount, PodScheduling } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { checkName, requiredNamespace } from '../shared/checks';
import { constructContext } from '../shared/construct-context';
import { ShadowPod } from '../shared/shadow-pod';
import { refuseCrossNamespaceReferences } from '../shared/cross-namespace-references';
import { refuseDuplicates } from '../shared/duplicates';
import { valuesOfProps } from '../shared/values-of-props';
import { addExporterManifests } from './manifests';
import { EXPORTER_POD, EXPORTER_PROPS, type PrometheusExporterProps } from './prometheus-exporter-props';
import { EXPORTER_NAME, EXPORTER_TAG, exporterChartValues } from './values';

/**
 * Serves metrics of worker pools and usage from the control plane to Prometheus.
 *
 * Objects, names and labels are those of the Helm chart that is generated from the same source. The Pods meet the Pod
 * Security Standard `restricted`.
 *
 * @throws where a prop is out of its range, or `namespace` is missing; at synthesis where a scrape may take longer than the
 * time between two
 */
export class PrometheusExporter extends Construct {
  /** ServiceAccount of the Pods, where one was given. */
  public readonly serviceAccount?: IServiceAccount;

  private readonly pod: ShadowPod;

  constructor(scope: Construct, id: string, props: PrometheusExporterProps) {
    super(scope, id);
    const { name = EXPORTER_NAME, envVariables } = props;
    checkName(scope, id, name);
    this.serviceAccount = props.serviceAccount;
    refuseDuplicates(this);
    refuseCrossNamespaceReferences(this);
    const namespace = requiredNamespace(scope, id, props.namespace);
    const context = constructContext({ chart: EXPORTER_NAME, appVersion: EXPORTER_TAG, name, namespace });
    const values = valuesOfProps(exporterChartValues, EXPORTER_PROPS, props, { construct: this, context });
    this.pod = new ShadowPod(this, { envVariables });
    addExporterManifests(this, values, context, (given) => this.pod.addTo(given, EXPORTER_POD));
    this.node.defaultChild = this.node.findChild('deployment');
  }

  /** Where the Pods run: nodes that they are attracted to, taints that they tolerate, and so on. */
  public get scheduling(): PodScheduling {
    return this.pod.pod.scheduling;
  }

  /** Environment variables of the exporter: `addVariable()` and `copyFrom()` add some. */
  public get env(): Env {
    return this.pod.container.env;
  }
}
