import type { Env, PodScheduling } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { checkHttpUrl, checkName, checkPorts, checkWholeNumber, requiredNamespace } from '../shared/checks';
import { refuseStrangers } from '../shared/strangers';
import { refuseTwins } from '../shared/twins';
import { EXPORTER_NAME } from './defaults';
import { ExporterPod } from './exporter-pod';
import type { PrometheusExporterProps } from './exporter-props';
import { exporterSettings } from './exporter-settings';
import { addExporterManifests } from './manifests';

/**
 * Serves metrics of worker pools and usage from the control plane to Prometheus.
 *
 * Objects, names and labels are those of the Helm chart that is generated from the same source. The Pods meet the Pod
 * Security Standard `restricted`.
 *
 * @throws where the endpoint is no http(s) address, `name` cannot be one, a number is out of range, or `namespace` is missing; at synthesis
 * where a scrape may take longer than the time between two
 */
export class PrometheusExporter extends Construct {
  private readonly pod: ExporterPod;

  constructor(scope: Construct, id: string, props: PrometheusExporterProps) {
    super(scope, id);
    checkProps(scope, id, props);
    refuseTwins(this);
    refuseStrangers(this);
    this.pod = new ExporterPod(this, props.envVariables);
    addExporterManifests(this, exporterSettings(requiredNamespace(scope, id, props.namespace), props, this.pod));
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

function checkProps(scope: Construct, id: string, props: PrometheusExporterProps): void {
  checkName(scope, id, props.name ?? EXPORTER_NAME);
  checkWholeNumber(scope, id, 'replicas', props.replicas, 0);
  checkHttpUrl(scope, id, 'apiEndpoint', props.apiEndpoint);
  checkPorts(scope, id, 'port', [props.port]);
}
