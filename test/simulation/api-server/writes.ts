import { isObject, mergePatch, sameJson } from './json';
import { checkPodChange, podStatus } from './pods';
import { admit, type Core } from './core';
import { removeIfDone } from './deletion';
import { NAMESPACES, resourceKey, type KindRules } from './kinds';
import { alreadyExists, conflict, invalid, namespaceGoes, notFound, refuse } from './refusals';
import type { Parsed } from './request';
import { validate } from './schema';
import { storeKey } from './store';
import type { ManagedFields, Stored, StoredMeta } from './types';

/** What a client sends. */
interface Sent {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: Partial<StoredMeta> & { readonly generateName?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export function create(core: Core, request: Parsed): Stored {
  const { rules, seen } = request;
  const sent = readBody(request);
  const name = sent.metadata?.name ?? generated(core, sent.metadata?.generateName);
  const namespace = rules.namespaced ? (seen.namespace ?? 'default') : undefined;
  if (name === undefined) throw invalid(rules, '', 'metadata.name', 'Required value: name or generateName is required');
  if (sent.metadata?.namespace !== undefined && sent.metadata.namespace !== namespace) {
    const message = 'the namespace of the provided object does not match the namespace sent on the request';
    throw refuse(400, 'BadRequest', message);
  }
  if (sent.metadata?.resourceVersion) {
    throw refuse(500, '', 'resourceVersion should not be set on objects to be created');
  }
  checkNamespace(core, rules, namespace, name);
  const object = validate(rules, {
    ...fresh(rules, sent),
    apiVersion: apiVersion(rules),
    kind: rules.resource.kind,
    metadata: newMeta(core, request, { name, namespace }, sent),
  });
  admit(core, seen, object);
  const key = storeKey(namespace, name);
  if (core.store.get(seen.resource, key)) throw alreadyExists(rules, name);
  return seen.dryRun ? object : core.store.put(seen.resource, key, object, seen.by);
}

/** The status is nobody's to send along with a new object. */
function fresh({ resource, status }: KindRules, { status: sent, ...rest }: Sent): Sent {
  if (!status) return sent === undefined ? rest : { ...rest, status: sent };
  return resource.kind === 'Pod' ? { ...rest, status: podStatus() } : rest;
}

function newMeta(
  core: Core,
  { rules, seen, parameters }: Parsed,
  { name, namespace }: { name: string; namespace: string | undefined },
  { metadata: { labels, annotations, finalizers, ownerReferences, generateName } = {} }: Sent,
): StoredMeta {
  return {
    name,
    ...(generateName !== undefined && { generateName }),
    ...(namespace !== undefined && { namespace }),
    uid: core.nextUid(),
    resourceVersion: '',
    creationTimestamp: core.timestamp(),
    ...(rules.generation && { generation: 1 }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(finalizers && { finalizers }),
    ...(ownerReferences && { ownerReferences }),
    ...(rules.managedFields && {
      managedFields: [{ manager: parameters.fieldManager ?? seen.by, operation: 'Update' }],
    }),
  };
}

function generated({ random }: Core, prefix: string | undefined): string | undefined {
  if (!prefix) return undefined;
  const suffix = Array.from({ length: 5 }, () => 'bcdfghjklmnpqrstvwxz2456789'[Math.floor(random() * 27)]).join('');
  return prefix + suffix;
}

function checkNamespace({ store }: Core, rules: KindRules, namespace: string | undefined, name: string): void {
  if (namespace === undefined) return;
  const found = store.get(resourceKey(NAMESPACES), namespace);
  if (!found) throw refuse(404, 'NotFound', `namespaces "${namespace}" not found`);
  if (found.metadata.deletionTimestamp !== undefined) throw namespaceGoes(rules, name, namespace);
}

export function update(core: Core, request: Parsed): Stored {
  const { rules, seen } = request;
  const old = present(core, request);
  const sent = readBody(request);
  if (!sent.metadata?.resourceVersion && !rules.unconditionalUpdate) {
    throw invalid(
      rules,
      seen.name ?? '',
      'metadata.resourceVersion',
      'Invalid value: 0x0: must be specified for an update',
    );
  }
  return commit(core, request, old, sent);
}

export function patch(core: Core, request: Parsed): Stored {
  const { rules, contentType } = request;
  if (contentType !== 'application/merge-patch+json') {
    throw refuse(415, 'UnsupportedMediaType', `the simulated API server knows merge patches only, not ${contentType}`);
  }
  const old = present(core, request);
  const sent = readBody(request);
  if (request.seen.subresource === 'scale')
    return commit(core, { ...request, seen: mainOf(request) }, old, scaled(rules, old, sent));
  return commit(core, request, old, mergePatch(old, sent) as Sent);
}

/** The scale subresource writes a field of the spec. */
function scaled({ scale }: KindRules, old: Stored, { spec }: Sent): Sent {
  return scale === undefined ? old : { ...old, spec: { ...old.spec, [scale.spec]: spec?.replicas } };
}

function mainOf({ seen }: Parsed): Parsed['seen'] {
  return { ...seen, subresource: undefined };
}

export function present({ store }: Core, { rules, seen }: Pick<Parsed, 'rules' | 'seen'>): Stored {
  const name = seen.name ?? '';
  const { subresource } = seen;
  if (subresource === 'status' && !rules.status) throw notFound(rules, name);
  const old = store.get(seen.resource, storeKey(seen.namespace, name));
  if (!old) throw notFound(rules, name);
  return old;
}

function commit(core: Core, request: Parsed, old: Stored, sent: Sent): Stored {
  const { rules, seen } = request;
  checkPreconditions(request, old, sent.metadata);
  const next = validate(rules, seen.subresource === 'status' ? withStatus(old, sent) : withMain(rules, old, sent));
  if (rules.resource.kind === 'Pod' && seen.subresource === undefined) checkPodChange(rules, old, next);
  admit(core, seen, next);
  if (sameJson(old, next)) return old;
  if (seen.dryRun) return next;
  const written = rules.managedFields ? withManager(request, old, next, sent) : next;
  const key = storeKey(seen.namespace, old.metadata.name);
  return removeIfDone(core, seen, written) ?? core.store.put(seen.resource, key, written, seen.by);
}

function checkPreconditions({ rules, seen }: Parsed, { metadata }: Stored, sent: Sent['metadata'] = {}): void {
  const { name, uid, resourceVersion, deletionTimestamp } = metadata;
  const isOther = Boolean(sent.uid) && sent.uid !== uid;
  if (isOther && seen.verb !== 'patch') {
    throw conflict(rules, name, `Precondition failed: UID in precondition: ${sent.uid}, UID in object meta: ${uid}`);
  }
  // A patch is made of the object that is there, so that another UID is a change of that one.
  if (isOther && seen.subresource === undefined) throw immutable(rules, name, 'metadata.uid');
  if (sent.resourceVersion && sent.resourceVersion !== resourceVersion) throw conflict(rules, name);
  if (sent.deletionTimestamp && sent.deletionTimestamp !== deletionTimestamp) {
    throw immutable(rules, name, 'metadata.deletionTimestamp');
  }
  if (deletionTimestamp !== undefined) checkFinalizers(rules, metadata, sent);
}

function checkFinalizers(rules: KindRules, { name, finalizers = [] }: StoredMeta, sent: Partial<StoredMeta>): void {
  const added = (sent.finalizers ?? []).filter((finalizer) => !finalizers.includes(finalizer));
  if (added.length === 0) return;
  const list = added.map((one) => `"${one}"`).join(', ');
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  throw invalid(rules, name, 'metadata.finalizers', message);
}

function immutable(rules: KindRules, name: string, field: string): ReturnType<typeof invalid> {
  return invalid(rules, name, field, 'Invalid value: field is immutable');
}

function withStatus(old: Stored, { status }: Sent): Stored {
  const { status: _, ...rest } = old;
  return status === undefined ? rest : { ...rest, status };
}

/** What a client may change of an object; the rest stays as it is, whatever was sent. */
function withMain(rules: KindRules, old: Stored, { metadata = {}, status, ...content }: Sent): Stored {
  const { managedFields } = old.metadata;
  const own = fixedMeta(old.metadata);
  const next: Stored = {
    ...content,
    apiVersion: old.apiVersion,
    kind: old.kind,
    metadata: {
      ...own,
      ...(isFilled(metadata.labels) && { labels: metadata.labels }),
      ...(isFilled(metadata.annotations) && { annotations: metadata.annotations }),
      ...(metadata.finalizers?.length && { finalizers: metadata.finalizers }),
      ...(metadata.ownerReferences?.length && { ownerReferences: metadata.ownerReferences }),
      ...(managedFields && { managedFields: metadata.managedFields ?? managedFields }),
    },
    ...(rules.status ? old.status && { status: old.status } : status && { status }),
  };
  if (!rules.generation || sameJson(contentOf(old), contentOf(next))) return next;
  return { ...next, metadata: { ...next.metadata, generation: (own.generation ?? 0) + 1 } };
}

function fixedMeta(metadata: StoredMeta): StoredMeta {
  const {
    labels: _,
    annotations: __,
    finalizers: ___,
    ownerReferences: ____,
    managedFields: _____,
    ...fixed
  } = metadata;
  return fixed;
}

function contentOf({ metadata: _, status: __, ...content }: Stored): object {
  return content;
}

function isFilled(value: object | undefined): boolean {
  return value !== undefined && Object.keys(value).length > 0;
}

/** Who sends the list of managers alone is no manager. */
function withManager({ seen, parameters }: Parsed, old: Stored, next: Stored, sent: Sent): Stored {
  const wroteList = isObject(sent.metadata) && sent.metadata.managedFields !== old.metadata.managedFields;
  if (wroteList) return next;
  const managers = next.metadata.managedFields ?? [];
  const entry: ManagedFields = {
    manager: parameters.fieldManager ?? seen.by,
    operation: 'Update',
    ...(seen.subresource === 'status' && { subresource: 'status' }),
  };
  if (managers.some((one) => one.manager === entry.manager && one.subresource === entry.subresource)) return next;
  return { ...next, metadata: { ...next.metadata, managedFields: [...managers, entry] } };
}

function readBody({ text }: Parsed): Sent {
  const body: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isObject(body)) throw refuse(400, 'BadRequest', 'the body of the request is no object');
  return body;
}

function apiVersion({ resource: { group, version } }: KindRules): string {
  return group === '' ? version : `${group}/${version}`;
}
