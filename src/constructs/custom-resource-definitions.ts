import type { k8s } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import { workerCrd, workerPoolCrd } from '../api';
import { ifAny, type Deferred, type Later, type StringMap } from './template/deferred';
import { addManifest } from './template/manifest';

/** The definitions of WorkerPool and Worker. */
export function addCustomResourceDefinitions(scope: Construct, annotations: Later<StringMap>): void {
  for (const crd of [workerPoolCrd(), workerCrd()]) {
    addManifest<k8s.KubeCustomResourceDefinitionProps>(scope, `customresourcedefinition-${crd.spec.names.plural}`, {
      apiVersion: crd.apiVersion,
      kind: crd.kind,
      metadata: { ...crd.metadata, annotations: ifAny(annotations) },
      // Its schema uses names that cdk8s writes otherwise ("x-kubernetes-validations").
      spec: crd.spec as unknown as Deferred,
    });
  }
}
