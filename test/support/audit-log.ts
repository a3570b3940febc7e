import { readFileSync } from 'node:fs';

/** What a test reads of a line of the API server's audit log. */
export interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly requestURI: string;
  readonly objectRef?: { readonly apiGroup?: string; readonly resource?: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code: number };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The requests that were answered until now. What follows the last end of a line is still being written. */
export function readAuditLog(path: string): AuditEvent[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as AuditEvent);
}

/** The right that a request needs, as `verb group/resource`. */
export function rightOf({ verb, objectRef, requestURI }: AuditEvent): string {
  if (!objectRef?.resource) return `${verb} ${requestURI.split('?')[0]}`;
  const { apiGroup = '', resource, subresource } = objectRef;
  return `${verb} ${apiGroup}/${[resource, subresource].filter(Boolean).join('/')}`;
}

/** Whether it was refused for want of a right; admission (a quota, a policy) answers 403, too. */
export const lacksRight = ({ annotations }: AuditEvent): boolean =>
  annotations?.['authorization.k8s.io/decision'] === 'forbid';

export interface GrantedRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

/** What rules grant, each right once, as `verb group/resource`. */
export function rightsOf(rules: readonly GrantedRule[]): string[] {
  const all = rules.flatMap(({ apiGroups = [], resources = [], nonResourceURLs = [], verbs }) => {
    const things = [...apiGroups.flatMap((group) => resources.map((name) => `${group}/${name}`)), ...nonResourceURLs];
    return things.flatMap((thing) => verbs.map((verb) => `${verb} ${thing}`));
  });
  return [...new Set(all)].sort();
}
