import type { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { workerCrd, workerPoolCrd } from '../../api';
import { ifAny, merge, type Deferred, type Later, type StringMap } from '../../charting/deferred';
import { addManifest } from '../../charting/manifest';
import { refuseDuplicates } from '../shared/duplicates';

/** Deleting a CRD deletes every WorkerPool and ends its runs, so Helm leaves the CRDs where they are. */
export const KEPT_BY_HELM = { 'helm.sh/resource-policy': 'keep' };

/** Properties of `CustomResourceDefinitions`. */
export interface CustomResourceDefinitionsProps {
  /**
   * Labels of both CRDs.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of both CRDs, beside the one that tells Helm to leave them where they are.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;
}

/** The CRDs of WorkerPool and Worker. One set serves the whole cluster. */
export class CustomResourceDefinitions extends Construct {
  constructor(scope: Construct, id: string, props: CustomResourceDefinitionsProps = {}) {
    super(scope, id);
    refuseDuplicates(this);
    addCustomResourceDefinitions(this, merge(KEPT_BY_HELM, props.annotations), props.labels);
    this.node.defaultChild = this.node.children[0];
  }
}

/** Adds the objects, for a construct or a chart. */
export function addCustomResourceDefinitions(
  scope: Construct,
  annotations: Later<StringMap> | undefined,
  labels?: Later<StringMap>,
): void {
  for (const crd of [workerPoolCrd(), workerCrd()]) {
    addManifest<k8s.KubeCustomResourceDefinitionProps>(scope, `customresourcedefinition-${crd.spec.names.plural}`, {
      apiVersion: crd.apiVersion,
      kind: crd.kind,
      metadata: { ...crd.metadata, labels: labels && ifAny(labels), annotations },
      // Its schema uses names that cdk8s writes otherwise ("x-kubernetes-validations").
      spec: crd.spec as unknown as Deferred,
    });
  }
}
