import type { PullSecret } from './image-pull-secrets';
import type { ReleaseContext } from '../../charting/chart';
import {
  DURATION_PATTERN,
  isEmpty,
  merge,
  replaced,
  text,
  when,
  type Later,
  type StringMap,
} from '../../charting/deferred';
import { OBJECT_NAME } from '../../charting/kubernetes-names';
import { list, openGroup, optionalString, string, type ValueDeclaration, type ValuesOf } from '../../charting/values';

/** Secrets as Kubernetes writes them, or by their names alone, as other charts have them in `global`. */
export function secretNames(what: string): ValueDeclaration<readonly PullSecret[]> {
  const items = { type: ['object', 'string'] };
  return list<PullSecret>(`${what}, as a list of {name} or of names.`, items);
}

/** What Helm hands down to subcharts, as charts of the Kubernetes world usually call it. */
export const globalValues = openGroup(
  'Values that this chart and its subcharts share; what other charts have here is let through.',
  {
    imageRegistry: string(
      '',
      'Registry, with a path below it if need be, that stands in the place of the registry in every image repository. Empty leaves the repositories as they are.',
    ),
    imagePullSecrets: secretNames('Secrets for pulling every image'),
  },
);

export const DIGEST = optionalString('Digest of the image, as "sha256:...". It wins over the tag.', {
  pattern: '^([a-z0-9]+:[A-Za-z0-9]+)?$',
  says: 'its digest must look like sha256:...',
});

export const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];

/** Durations as Prometheus writes them. */
export const DURATION = { pattern: DURATION_PATTERN, says: 'it must be a duration in whole seconds, such as 90s' };

/** Names of objects, or nothing. */
export const OPTIONAL_NAME = `^(${OBJECT_NAME})?$`;

/** Values of labels: empty, or letters, digits, dashes, underscores and dots. */
export const LABEL_VALUE = '^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$';

/** The part of a repository that names its registry: what has a dot or a port, or is this machine. */
const REGISTRY = '^([^/]*[.:][^/]*|localhost)/';

interface Image {
  readonly repository: Later<string>;
  readonly tag: Later<string>;
  readonly digest: Later<string | undefined>;
}

/** The image as a container names it. */
export function imageReference(image: Image, { imageRegistry }: ValuesOf<typeof globalValues.members>): Later<string> {
  const mirrored = text(replaced(imageRegistry, '/+$', ''), '/', replaced(image.repository, REGISTRY, ''));
  const repository = when(isEmpty(imageRegistry), image.repository, mirrored);
  const version = when(isEmpty(image.digest), text(':', image.tag), text('@', image.digest as Later<string>));
  return text(repository as Later<string>, version as Later<string>);
}

/** Labels of every object of a chart that has `commonLabels`; those that it has anyway win. */
export function objectLabels(
  { commonLabels }: { readonly commonLabels: Later<StringMap> },
  { labels }: ReleaseContext,
): Later<StringMap> {
  return merge(labels, commonLabels);
}
