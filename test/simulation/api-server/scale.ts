import type { Core } from './core';
import { noSuchResource } from './refusals';
import type { Parsed } from './request';
import { present } from './writes';

/** The scale subresource of a pool. */
export function readScale(core: Core, request: Parsed): string {
  const { scale } = request.rules;
  if (!scale) throw noSuchResource();
  const { metadata, spec, status } = present(core, request);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return JSON.stringify({
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec?.[scale.spec] ?? 0 },
    status: { replicas: status?.[scale.status] ?? 0, selector: status?.[scale.selector] },
  });
}
