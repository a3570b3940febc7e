import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { synthesize } from '../../examples/gitops/app';
import { TestControlPlane } from '../control-plane/support/control-plane';
import type { RunningApiServer } from '../support/api-server.start';
import { newPool, PoolObjects, startController, type RunningController } from '../support/controlled-pool';
import { HelmCluster } from '../support/helm-cluster';
import { eventually } from '../support/kube';
import { startOwnApiServer } from '../support/own-api-server';

const MANIFESTS = 'examples/gitops/manifests';
const NAMESPACE = 'worker-pools';
/** Under which names the tools own what they apply. */
const MANAGERS = ['argocd-controller', 'kustomize-controller'] as const;

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: Readonly<Record<string, unknown>>;
}

let server: RunningApiServer;
let cluster: HelmCluster;
let controlPlane: TestControlPlane;

// What is applied first to an empty cluster is the point, so the one that other tests share does not do.
beforeAll(async () => {
  server = await startOwnApiServer();
  cluster = new HelmCluster(server);
  controlPlane = await TestControlPlane.start();
}, 240_000);

afterAll(async () => {
  await controlPlane.close();
  cluster.remove();
  await server.stop();
});

/** As a GitOps tool applies: server-side, under a name of its own, and without force, so that a conflict shows. */
async function apply(manager: string, kustomization: string): Promise<string> {
  const options = ['--server-side', `--field-manager=${manager}`, '--validate=strict'];
  const { ok, text } = await cluster.kubectl('apply', ...options, '-k', kustomization);
  expect({ ok, text }).toEqual({ ok: true, text: expect.not.stringMatching(/conflict|error|warning/i) });
  return text;
}

/** What another apply would change. */
async function drift(manager: string, kustomization: string): Promise<string> {
  const { exitCode, text } = await cluster.kubectl(
    'diff',
    '--server-side',
    `--field-manager=${manager}`,
    '-k',
    kustomization,
  );
  expect([0, 1]).toContain(exitCode);
  return text;
}

async function rendered(kustomization: string): Promise<Manifest[]> {
  const text = await cluster.kubectlOk('kustomize', kustomization);
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

const kinds = (manifests: readonly Manifest[]): string[] =>
  manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

function committed(): Manifest[] {
  return readdirSync(MANIFESTS, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.k8s.yaml'))
    .flatMap((file) => parseAllDocuments(readFileSync(join(MANIFESTS, file), 'utf8')))
    .map((document) => document.toJS() as Manifest);
}

describe('the kustomize bases of the synth output', () => {
  it('hold every manifest of it once: the root what can go first and together, the pools apart', async () => {
    const root = kinds(await rendered(MANIFESTS));
    const pools = kinds(await rendered(`${MANIFESTS}/pools`));
    expect([...root, ...pools].sort()).toEqual(kinds(committed()).sort());
    expect(pools).toEqual(['WorkerPool scaled', 'WorkerPool steady']);
    expect(root).toEqual(expect.arrayContaining(['CustomResourceDefinition workerpools.workers.spacelift.io']));
  });

  it("takes a team's overlay", async () => {
    const overlay = cluster.folder();
    synthesize(join(overlay, 'base'));
    const kustomization = {
      resources: ['base/pools'],
      patches: [
        {
          target: { kind: 'WorkerPool', name: 'steady' },
          patch: '[{"op":"replace","path":"/spec/poolSize","value":5}]',
        },
      ],
    };
    writeFileSync(join(overlay, 'kustomization.yaml'), JSON.stringify(kustomization));
    const steady = (await rendered(overlay)).find(({ metadata }) => metadata.name === 'steady');
    expect(steady?.spec).toMatchObject({ poolSize: 5 });
  });
});

describe('the manifests in Git', () => {
  it('leave out what the controller and the scalers own', () => {
    for (const { kind, metadata, ...manifest } of committed()) {
      expect(metadata).not.toHaveProperty('finalizers');
      expect(JSON.stringify(metadata)).not.toContain('workers.spacelift.io/ulid');
      if (kind === 'WorkerPool') expect(manifest).not.toHaveProperty('status');
    }
    const scaled = committed().find(({ metadata }) => metadata.name === 'scaled');
    expect(scaled?.spec).not.toHaveProperty('poolSize');
  });

  it('hold no Secret', () => {
    expect(committed().filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it('say in which order they go, and that definitions and namespaces stay', () => {
    const waves = committed().map(({ kind, metadata: { annotations = {} } }) => {
      const kept = annotations['argocd.argoproj.io/sync-options']?.includes('Prune=false') === true;
      return [kind, annotations['argocd.argoproj.io/sync-wave'] ?? '0', kept] as const;
    });
    const of = (wave: string) => [...new Set(waves.filter((entry) => entry[1] === wave).map(([kind]) => kind))].sort();
    expect(of('-1')).toEqual(['CustomResourceDefinition', 'Namespace']);
    expect(of('0')).toContain('Deployment');
    expect(of('1')).toEqual(['WorkerPool']);
    expect([...new Set(waves.filter(([, , kept]) => kept).map(([kind]) => kind))].sort()).toEqual(of('-1'));
  });
});

describe('the Application of Argo CD', () => {
  const application = parse(readFileSync('examples/gitops/argocd/application.yaml', 'utf8')) as Manifest & {
    readonly metadata: { readonly finalizers?: readonly string[] };
  };

  // In the foreground, the garbage collector deletes the Pods of runs before the pools that wait for them.
  it('deletes in the background, what Git no longer has and everything when it goes itself', () => {
    expect(application.metadata.finalizers).toEqual(['resources-finalizer.argocd.argoproj.io/background']);
    expect(application.spec).toMatchObject({
      syncPolicy: {
        syncOptions: expect.arrayContaining(['PrunePropagationPolicy=background', 'ServerSideApply=true']),
      },
    });
  });
});

// The second finds what the first has left there, as after a change from one tool to the other.
describe.each(MANAGERS)('a GitOps tool that applies as %s, with the controller beside it', (manager) => {
  const objects = new PoolObjects(NAMESPACE);
  let controller: RunningController;

  beforeAll(async () => {
    await apply(manager, MANIFESTS);
    await eventually(() => apply(manager, `${MANIFESTS}/pools`));
    for (const name of ['steady', 'scaled']) {
      await objects.putSecret(`${name}-credentials`, (await newPool(controlPlane)).secret);
    }
    controller = await startController(NAMESPACE);
    await objects.untilSettled('scaled');
    await objects.scale('scaled', 3);
    for (const name of ['steady', 'scaled']) await objects.untilSettled(name);
  }, 120_000);

  afterAll(async () => {
    for (const name of ['steady', 'scaled']) await objects.deletePool(name);
    await eventually(async () => {
      for (const name of ['steady', 'scaled']) expect(await objects.pool(name)).toBeUndefined();
    });
    await controller.stop();
  });

  it('finds nothing to change after the controller has written to the pools', async () => {
    // So that the comparison is of something: the controller did write to what the tool applied.
    expect((await objects.pool('steady'))?.metadata).toMatchObject({
      finalizers: ['workers.spacelift.io/drain'],
      labels: { 'workers.spacelift.io/ulid': expect.any(String) },
    });
    expect(await drift(manager, MANIFESTS)).toBe('');
    expect(await drift(manager, `${MANIFESTS}/pools`)).toBe('');
  });

  it('applies a second time without conflict and without a write', async () => {
    const versions = async () =>
      Promise.all(['steady', 'scaled'].map(async (name) => (await objects.pool(name))?.metadata.resourceVersion));
    const before = await versions();
    await apply(manager, MANIFESTS);
    await apply(manager, `${MANIFESTS}/pools`);
    expect(await versions()).toEqual(before);
  });

  it('leaves the size of the scaled pool to its scaler, and gives Git its way about the other', async () => {
    await objects.scale('steady', 1);
    const options = ['--server-side', `--field-manager=${manager}`, '-k', `${MANIFESTS}/pools`];
    // The tools force their way, where this one asks first: about that field and nothing else.
    const { text } = await cluster.kubectl('apply', ...options);
    expect(text).toMatch(/1 conflict: conflict with .*: \.spec\.poolSize$/m);
    await cluster.kubectl('apply', ...options, '--force-conflicts');
    expect((await objects.pool('steady'))?.spec?.poolSize).toBe(2);
    expect((await objects.pool('scaled'))?.spec?.poolSize).toBe(3);
  });
});
