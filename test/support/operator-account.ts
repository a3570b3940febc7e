/* The rights under which the controllers of the tests work: those that a release of the chart would give them. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { exec } from '../../src/local-cluster/exec';
import { findHelm } from '../../src/local-cluster/tools';
import { apiServer, type ApiServer } from './api-server';
import { kube, kubeOk, tokenOf, type KubeObject } from './kube';
import { untilRightsHold } from './rights';
import type { GrantedRule } from './audit-log';

const CHART = 'charts/spacelift-workerpool-controller';

/** The settings of the chart that change what the controller may do. */
export interface RightsSettings {
  /** Namespaces of its pools; none for all. */
  readonly namespaces: readonly string[];
  readonly runDisruptionBudget: boolean;
  readonly secureMetrics: boolean;
}

const KINDS: Readonly<Record<string, string>> = {
  ServiceAccount: 'serviceaccounts',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** Stand for what differs from one release to the next, so that Helm is asked once for each setting. */
const PLACE = { release: 'release-in-place', operator: 'operator-in-place', pools: 'pools-in-place' };

const templates = new Map<string, Promise<string>>();
const accounts = new Map<string, Promise<string>>();

/**
 * The kubeconfig of a controller in this namespace: that of a ServiceAccount of its own with the roles which Helm renders
 * for these settings, and no others.
 */
export function operatorKubeconfig(namespace: string, settings: RightsSettings): Promise<string> {
  const server = apiServer();
  const key = JSON.stringify([server.url, namespace, settings]);
  const made = accounts.get(key) ?? makeAccount(namespace, settings, server);
  accounts.set(key, made);
  return made;
}

/** Every right of the controller that the chart has a setting for; for people and their roles there are others. */
export async function rightsOfEverySetting(): Promise<readonly GrantedRule[]> {
  const all = { namespaces: [PLACE.pools], runDisruptionBudget: true, secureMetrics: true };
  const objects = await rendered(PLACE.operator, 'release', all);
  return objects
    .filter(({ kind, metadata }) => /Role$/.test(kind) && !metadata.name?.endsWith('-metrics-reader'))
    .flatMap(({ rules }) => rules as readonly GrantedRule[]);
}

async function makeAccount(namespace: string, settings: RightsSettings, server: ApiServer): Promise<string> {
  const variant = [settings.namespaces.length, +settings.runDisruptionBudget, +settings.secureMetrics].join('');
  const objects = await rendered(namespace, `${namespace}-${variant}`, settings);
  for (const object of objects) {
    const path = pathOf(object, namespace);
    const { status, body } = await kube('POST', path, object, server);
    if (status === 409) await kubeOk('PUT', `${path}/${object.metadata.name}`, object, server);
    else if (status >= 400) throw new Error(`${path} was answered ${status}: ${JSON.stringify(body)}`);
  }
  const account = objects.find(({ kind }) => kind === 'ServiceAccount')?.metadata.name ?? '';
  await untilRightsHold(namespace, account, server);
  return writeKubeconfig(server, await tokenOf(namespace, account, server));
}

function pathOf({ apiVersion, kind, metadata }: KubeObject, namespace: string): string {
  const api = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const scope = kind.startsWith('Cluster') ? '' : `/namespaces/${metadata.namespace ?? namespace}`;
  return `${api}${scope}/${KINDS[kind]}`;
}

/** The roles, their bindings and the account of a release. */
async function rendered(namespace: string, release: string, settings: RightsSettings): Promise<KubeObject[]> {
  const { namespaces, runDisruptionBudget, secureMetrics } = settings;
  const values = {
    crds: { install: false },
    controllerManager: { namespaces: namespaces.map((_, index) => PLACE.pools + index) },
    pdb: { enabled: runDisruptionBudget },
    metricsService: { enabled: secureMetrics },
  };
  const key = JSON.stringify(values);
  const template = templates.get(key) ?? helmTemplate(key);
  templates.set(key, template);
  const text = namespaces.reduceRight(
    (all, name, index) => all.replaceAll(PLACE.pools + index, name),
    (await template).replaceAll(PLACE.release, release).replaceAll(PLACE.operator, namespace),
  );
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject | null);
  // With listed namespaces the roles for people are not rendered; else they have no subject, and do no harm.
  return objects.filter((object): object is KubeObject => object !== null && object.kind in KINDS);
}

async function helmTemplate(values: string): Promise<string> {
  const file = join(scratch(), 'values.json');
  writeFileSync(file, values);
  const args = ['template', PLACE.release, CHART, '--namespace', PLACE.operator, '--values', file];
  const { exitCode, stdout, stderr } = await exec(await findHelm(), args);
  if (exitCode !== 0) throw new Error(`helm ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}

export function writeKubeconfig({ url, ca }: ApiServer, token: string): string {
  const file = join(scratch(), 'kubeconfig');
  const server = { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'it',
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
    clusters: [{ name: 'it', cluster: server }],
    users: [{ name: 'it', user: { token } }],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

const scratch = (): string => mkdtempSync(join(tmpdir(), 'worker-pools-account-'));
