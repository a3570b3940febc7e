import type { Chart } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-28';
import { API_VERSION, VOLUME, WORKER_POOL } from '../../../api';
import { SENTENCE } from '../../../api/worker-pool/rules';
import {
  and,
  atLeast,
  base64,
  contains,
  equals,
  field,
  ifAny,
  isEmpty,
  isSet,
  merge,
  not,
  or,
  orElse,
  text,
  when,
  type Later,
  type OpenMap,
  type StringMap,
} from '../../../charting/deferred';
import {
  addGivenObjects,
  addManifestForEach,
  type ForEachOptions,
  type Manifest,
  type Refusal,
} from '../../../charting/manifest';
import type { ReleaseContext } from '../../../charting/chart';
import { type OperatorValues } from '../names';
import { objectLabels } from '../../shared/global-values';
import { CREDENTIAL_KEYS, type PoolValues } from '../values/worker-pools';

/** The objects that a release brings beside the operator: WorkerPools, their Secrets and claims, and extra ones. */
export function addReleaseObjects(scope: Chart, values: OperatorValues, context: ReleaseContext): void {
  const common = {
    labels: objectLabels(values, context),
    annotations: merge(values.commonAnnotations, when(values.keepWorkerPools, { 'helm.sh/resource-policy': 'keep' })),
  };
  const add = <Props>(
    id: string,
    manifest: (pool: PoolValues, metadata: Metadata) => Manifest<Props>,
    options: ForEachOptions<PoolValues>,
    over?: Later<StringMap>,
  ): void =>
    addManifestForEach<Props, PoolValues>(
      scope,
      id,
      values.workerPools,
      (pool) => manifest(pool, metadataOf(pool, context, common, over)),
      options,
    );
  add(
    'workerpools',
    workerPool,
    {
      unique: (pool) => {
        const key = text(namespaceOf(pool, context), '/', pool.name);
        return { key, message: text('workerPools: ', key, ' is there twice; every pool needs a name of its own') };
      },
      each: (pool) => ({ refusals: refusals(pool, values, context) }),
    },
    when(crdIsNew(values, context), afterTheCrds(context)),
  );
  add<k8s.KubeSecretProps>('workerpool-credentials', secret, {
    each: ({ credentials }) => ({ when: not(isEmpty(credentials.token)) }),
  });
  add<k8s.KubePersistentVolumeClaimProps>('workerpool-caches', claim, {
    each: ({ binariesCache }) => ({ when: not(isEmpty(binariesCache.create.size)) }),
  });
  addGivenObjects(scope, 'extra-objects', values.extraObjects);
}

/** Whether the CRD of WorkerPool comes with this very release. */
function crdIsNew({ crds }: OperatorValues, context: ReleaseContext): Later<boolean> {
  const isKnown = context.serves(`${API_VERSION}/${WORKER_POOL.kind}`);
  return and(context.isInstall, crds.install, not(isKnown), context.hasCluster);
}

/**
 * Helm looks every kind up before it makes the first object, so that a pool cannot stand beside its CRD, and asks
 * again for what a hook makes. So the first install on a cluster that has no WorkerPools yet makes its pools as hooks,
 * which the release owns from its next upgrade on. What `helm template` writes has none: GitOps tools would take the pools
 * for jobs of their own. The policy is there because Helm's own is to delete a hook before it is
 * made again; there is no pool to be deleted by this one, or its kind would be known. `--wait` has Helm await the
 * CRD before it comes to hooks.
 */
function afterTheCrds({ releaseName, namespace }: ReleaseContext): StringMap {
  return {
    'helm.sh/hook': 'post-install',
    'helm.sh/hook-delete-policy': 'hook-failed',
    'meta.helm.sh/release-name': releaseName,
    'meta.helm.sh/release-namespace': namespace,
  };
}

type Metadata = ReturnType<typeof metadataOf>;

/** Labels and annotations of all pools' objects. */
type Common = Readonly<Record<'labels' | 'annotations', Later<StringMap>>>;

/** @param over annotations that nothing else may change */
function metadataOf(pool: PoolValues, context: ReleaseContext, common: Common, over?: Later<StringMap>) {
  return {
    namespace: namespaceOf(pool, context),
    labels: merge(common.labels, pool.labels),
    annotations: ifAny(merge(over, pool.annotations, common.annotations)),
  };
}

const namespaceOf = (pool: PoolValues, context: ReleaseContext): Later<string> =>
  orElse(pool.namespace, context.namespace);

/** Fields of the chart's own stand over those of `spec`; a refusal keeps both from being given. */
function workerPool(pool: PoolValues, metadata: Metadata): Manifest<{ metadata: object; spec: object }> {
  const { credentials, binariesCache } = pool;
  const secretName = orElse(credentials.existingSecret, text(pool.name, '-credentials'));
  const reference = (key: Later<string>) => ({ secretKeyRef: { name: secretName, key } });
  const proof = when<OpenMap>(not(and(isEmpty(credentials.existingSecret), isEmpty(credentials.token))), {
    token: reference(orElse(credentials.tokenKey, CREDENTIAL_KEYS.token)),
    privateKey: reference(orElse(credentials.privateKeyKey, CREDENTIAL_KEYS.privateKey)),
  });
  const cache = {
    name: VOLUME.binariesCache,
    persistentVolumeClaim: { claimName: orElse(binariesCache.claimName, text(pool.name, '-binaries-cache')) },
  };
  const podWithCache = merge<OpenMap>({ binariesCacheVolume: cache }, field(pool.spec, 'pod', 'structure'));
  return {
    apiVersion: API_VERSION,
    kind: WORKER_POOL.kind,
    metadata: { name: pool.name, ...metadata },
    spec: merge<OpenMap>(when<OpenMap>(hasCache(pool), { pod: podWithCache }), proof, pool.spec),
  };
}

function secret(pool: PoolValues, metadata: Metadata): Manifest<k8s.KubeSecretProps> {
  const { token, privateKey } = pool.credentials;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: text(pool.name, '-credentials'), ...metadata },
    data: { [CREDENTIAL_KEYS.token]: base64(token), [CREDENTIAL_KEYS.privateKey]: base64(privateKey) },
  };
}

function claim(pool: PoolValues, metadata: Metadata): Manifest<k8s.KubePersistentVolumeClaimProps> {
  const { size, storageClassName, accessModes } = pool.binariesCache.create;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: text(pool.name, '-binaries-cache'), ...metadata },
    spec: {
      accessModes: when(isEmpty(accessModes), ['ReadWriteMany'], accessModes),
      storageClassName: ifAny(storageClassName),
      resources: { requests: { storage: size } },
    },
  };
}

function hasCache({ binariesCache }: PoolValues): Later<boolean> {
  return or(not(isEmpty(binariesCache.claimName)), not(isEmpty(binariesCache.create.size)));
}

/** What cannot work, each with the sentence that `helm install` and `cdk8s synth` say. */
function refusals(pool: PoolValues, values: OperatorValues, context: ReleaseContext): Refusal[] {
  const refuse = (condition: Later<boolean>, ...sentence: readonly Later<string>[]): Refusal => ({
    when: condition,
    message: text('workerPools: ', pool.name, ': ', ...sentence),
  });
  const namespace = namespaceOf(pool, context);
  const { namespaces } = values.controllerManager;
  return [
    refuse(
      and(not(isEmpty(namespaces)), not(contains(namespaces, namespace))),
      'its namespace ',
      namespace,
      ' is not among controllerManager.namespaces, so nobody would look after it',
    ),
    ...credentialRefusals(pool, refuse),
    ...specRefusals(pool, refuse),
    ...cacheRefusals(pool, refuse),
  ];
}

type Refuse = (condition: Later<boolean>, ...sentence: readonly Later<string>[]) => Refusal;

function credentialRefusals({ credentials, spec }: PoolValues, refuse: Refuse): Refusal[] {
  const given = (...fields: readonly Later<string>[]) => or(...fields.map((value) => not(isEmpty(value))));
  const { existingSecret, token, privateKey, tokenKey, privateKeyKey } = credentials;
  const specNamesThem = or(isSet(field(spec, 'token', 'structure')), isSet(field(spec, 'privateKey', 'structure')));
  return [
    refuse(
      and(given(existingSecret), given(token, privateKey)),
      'credentials takes existingSecret, or token and privateKey, not both',
    ),
    refuse(and(given(token), isEmpty(privateKey)), 'credentials.token needs credentials.privateKey beside it'),
    refuse(and(given(privateKey), isEmpty(token)), 'credentials.privateKey needs credentials.token beside it'),
    refuse(
      and(given(tokenKey, privateKeyKey), isEmpty(existingSecret)),
      'credentials.tokenKey and privateKeyKey are keys of credentials.existingSecret, which is not set',
    ),
    refuse(
      and(given(existingSecret, token), specNamesThem),
      'name token and privateKey in credentials or in spec, not in both',
    ),
  ];
}

/** What the API server refuses of a spec, in its words. */
function specRefusals({ spec }: PoolValues, refuse: Refuse): Refusal[] {
  const given = <T extends object>(of: Later<T | undefined>, key: keyof T & string) => isSet(field(of, key, 'scalar'));
  const [token, privateKey] = [given(spec, 'token'), given(spec, 'privateKey')];
  const drift = field(spec, 'driftDetectionRunLimits', 'structure');
  const isOff = (field(drift, 'disabled', 'scalar') ?? false) as Later<boolean>;
  const api = field(spec, 'spaceliftAPICredentials', 'structure');
  const [secretName, secretKeyRef] = [given(api, 'secretName'), given(api, 'secretKeyRef')];
  return [
    refuse(or(and(token, not(privateKey)), and(privateKey, not(token))), SENTENCE.tokenAndKey),
    refuse(
      and(equals(field(spec, 'commsProtocol', 'scalar') as Later<string>, 'poll'), not(given(spec, 'pollCommsURL'))),
      SENTENCE.pollUrl,
    ),
    refuse(and(isOff, given(drift, 'maxRuns')), SENTENCE.driftIsOff),
    refuse(and(isSet(drift), not(isOff), not(given(drift, 'maxRuns'))), SENTENCE.driftHasNoLimit),
    refuse(
      and(isSet(api), or(and(secretName, secretKeyRef), and(not(secretName), not(secretKeyRef)))),
      SENTENCE.oneApiSecret,
    ),
  ];
}

function cacheRefusals(pool: PoolValues, refuse: Refuse): Refusal[] {
  const { claimName, create } = pool.binariesCache;
  const pod = field(pool.spec, 'pod', 'structure');
  return [
    refuse(
      and(isEmpty(create.size), or(not(isEmpty(create.storageClassName)), not(isEmpty(create.accessModes)))),
      'binariesCache.create needs a size',
    ),
    refuse(
      and(not(isEmpty(claimName)), not(isEmpty(create.size))),
      'binariesCache takes claimName or create, not both',
    ),
    refuse(
      and(hasCache(pool), isSet(field(pod, 'binariesCacheVolume', 'structure'))),
      'set binariesCache or spec.pod.binariesCacheVolume, not both',
    ),
    refuse(
      and(
        not(isEmpty(create.accessModes)),
        not(contains(create.accessModes, 'ReadWriteMany')),
        atLeast(field(pool.spec, 'poolSize', 'scalar'), 2),
      ),
      'binariesCache.create.accessModes lets one node or Pod write, but the pool has several Workers; add ReadWriteMany, or set spec.poolSize to 1',
    ),
  ];
}
