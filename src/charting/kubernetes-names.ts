import { createHash } from 'node:crypto';

/** Longest value of a label, and longest name of a Service. */
export const LABEL_LIMIT = 63;

/** What a Service may be called (RFC 1035): it becomes a name in the cluster's DNS. */
export const SERVICE_NAME = '^[a-z]([-a-z0-9]*[a-z0-9])?$';

/** What an object may be called (RFC 1123, a subdomain). */
export const OBJECT_NAME = '[a-z0-9]([-a-z0-9.]*[a-z0-9])?';

/** Rule for names of objects. */
export const OBJECT = {
  pattern: `^${OBJECT_NAME}$`,
  says: 'it has lowercase letters, digits, "-" and ".", and begins and ends with a letter or a digit',
};

/** What the names of objects may begin with, where more follows. */
export const NAME_PREFIX = '^[a-z0-9]([-a-z0-9.]*[-a-z0-9])?$';

/** Rule for what the names of a product's objects begin with; the Pods have it as a label, too. */
export const NAME = {
  pattern: NAME_PREFIX,
  maxLength: LABEL_LIMIT,
  says: `it must have at most ${LABEL_LIMIT} lowercase letters, digits, dashes and dots, and begin with no dash`,
};

/** What a namespace may be called (RFC 1123). */
export const NAMESPACE_NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';

/** Rule for namespaces. */
export const NAMESPACE = {
  pattern: NAMESPACE_NAME,
  maxLength: LABEL_LIMIT,
  says: `a namespace has at most ${LABEL_LIMIT} lowercase letters, digits and dashes, no dash at either end`,
};

/** Rule for addresses that programs call by HTTP; none is allowed, too. */
export const HTTP_URL = { pattern: '^(https?://.+)?$', says: 'it must look like https://host[:port]' };

const origin = (scheme: string): string => `^(${scheme}://(\\[[0-9A-Fa-f:.]+\\]|[^/?#@:\\s[\\]]+)(:[0-9]{1,5})?/*)?$`;

/** Rule for addresses to which programs add a path, as the programs have it; none is allowed, too. */
export const ORIGIN = { pattern: origin('https?'), says: 'it must look like https://host[:port], without a path' };

/** The same for brokers. */
export const MQTT_ORIGIN = { pattern: origin('mqtts?'), says: 'it must look like mqtts://host[:port], without a path' };

/** Rule for addresses and networks, as the programs have it. */
export const NETWORK = {
  pattern:
    '^([0-9]{1,3}([.][0-9]{1,3}){3}(/([0-9]|[12][0-9]|3[0-2]))?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/([0-9]{1,2}|1[01][0-9]|12[0-8]))?)$',
  says: 'it must be an address, or a network such as 10.0.0.0/8',
};

/** Rule for TCP and UDP ports. */
export const PORT = { minimum: 1, maximum: 65535, says: 'a port is a whole number from 1 to 65535' };

const UNIT = '(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?';

/** An amount of Kubernetes, or nothing. */
export const QUANTITY = `^([0-9]+([.][0-9]+)?${UNIT})?$`;

/** Rule for the size of a volume. */
export const VOLUME_SIZE = {
  pattern: `^[0-9]*[1-9][0-9]*([.][0-9]+)?${UNIT}$`,
  says: 'it must be more than nothing, such as 10Gi',
};

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
