import { Pod, type Container, type EnvValue } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { Affinity, EnvVar, Toleration } from '../../api';
import { chartToReadFrom, specOf } from '../shared/rendered';

/** Parts of a Pod's manifest that cdk8s-plus renders for us. */
interface RenderedPod {
  readonly affinity?: Affinity;
  readonly nodeName?: string;
  readonly tolerations?: readonly Toleration[];
  readonly containers: readonly [{ readonly env?: readonly EnvVar[] }];
}

/** The parts of the exporter's Pod that cdk8s-plus describes, while they are still added to (see `ControllerPod`). */
export class ExporterPod {
  public readonly pod: Pod;
  public readonly container: Container;

  constructor(scope: Construct, envVariables: Record<string, EnvValue> = {}) {
    this.pod = new Pod(chartToReadFrom(scope), 'pod');
    this.container = this.pod.addContainer({ image: 'chosen-elsewhere', envVariables: { ...envVariables } });
  }

  public get rendered(): RenderedPod {
    return specOf(this.pod);
  }
}
