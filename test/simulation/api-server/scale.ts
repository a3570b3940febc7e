import type { Core } from './core';
import { noSuchResource, refuse } from './refusals';
import type { Parsed } from './request';
import { present } from './writes';

/** The scale subresource of a pool. */
export function readScale(core: Core, request: Parsed): string {
  const { scale } = request.rules;
  if (!scale) throw noSuchResource();
  const { metadata, spec, status } = present(core, request);
  if (spec?.[scale.spec] === undefined) {
    throw refuse(
      500,
      'InternalError',
      `Internal error occurred: the spec replicas field ".spec.${scale.spec}" does not exist`,
    );
  }
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return JSON.stringify({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec[scale.spec] },
    status: { replicas: status?.[scale.status] ?? 0, selector: status?.[scale.selector] },
  });
}
