import { createHash } from 'node:crypto';

/** Longest value of a label, and longest name of a Service. */
export const LABEL_LIMIT = 63;

/** What a Service may be called (RFC 1035): it becomes a name in the cluster's DNS. */
export const SERVICE_NAME = '^[a-z]([-a-z0-9]*[a-z0-9])?$';

/** What the names of objects may begin with, where more follows. */
export const NAME_PREFIX = '^[a-z0-9]([-a-z0-9.]*[-a-z0-9])?$';

/** What a namespace may be called (RFC 1123). */
export const NAMESPACE_NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** Rule for namespaces. */
export const NAMESPACE = {
  pattern: NAMESPACE_NAME,
  maxLength: LABEL_LIMIT,
  says: `a namespace has at most ${LABEL_LIMIT} lowercase letters, digits and dashes, no dash at either end`,
};

/** An address that programs call by HTTP. */
export const HTTP_ADDRESS = 'https?://.+';

/** Rule for addresses, of which none may be given. */
export const HTTP_URL = { pattern: `^(${HTTP_ADDRESS})?$`, says: 'it must look like https://host[:port]' };

/** A part of all Pods, as Kubernetes' budgets take it. */
export const PERCENTAGE = '(100|[1-9]?[0-9])%';

/**
 * Prefix and suffix where that is a name for a Service. Other objects may have longer names, and names that begin with a
 * digit or have dots; a Service of such a prefix is called `s-<as much as fits>-<part of the hash><suffix>`, so that
 * two long prefixes that begin alike do not meet.
 */
export function serviceName(prefix: string, suffix: string): string {
  const name = prefix + suffix;
  if (name.length <= LABEL_LIMIT && new RegExp(SERVICE_NAME).test(name)) return name;
  const hash = createHash('sha256').update(prefix).digest('hex').slice(0, 8);
  const room = LABEL_LIMIT - `s--${hash}`.length - suffix.length;
  return `s-${prefix.replaceAll(/[^a-z0-9-]/g, '-').slice(0, room)}-${hash}${suffix}`;
}
