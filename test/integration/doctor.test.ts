/** A healthy cluster in which nothing is found, and one break after another with the finding that each must give. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { workerPoolCrd } from '../../src/api';
import { Cluster } from '../../src/doctor';
import { exec } from '../../src/local-cluster/exec';
import { findKubectl } from '../../src/local-cluster/tools';
import { Program } from '../cli/support/program';
import { kubeOk } from '../support/kube';
import { admitOnly } from '../support/pod-security';
import { untilAllowed, serviceAccount } from '../support/rights';
import { Hospital, POOL, type Mend } from './doctor.fixtures';

jest.setTimeout(120_000);

let hospital: Hospital;
let program: Program;

beforeAll(async () => {
  hospital = await Hospital.open();
  program = await Program.plugin(hospital.helm.folder());
}, 240_000);

afterAll(() => hospital.close());

const ROLES = '/apis/rbac.authorization.k8s.io/v1/clusterroles';

/** How a cluster is broken; what is returned mends it. */
const BREAKS: Readonly<Record<string, () => Promise<Mend>>> = {
  'crd-older': async () => {
    const crd = structuredClone(workerPoolCrd()) as unknown as {
      spec: { versions: { schema: { openAPIV3Schema: Schema } }[] };
    };
    const whole = crd.spec.versions[0]!.schema.openAPIV3Schema;
    delete whole.properties.spec!.properties.pollCommsURL;
    // They speak of the field.
    delete whole['x-kubernetes-validations'];
    delete whole.properties.spec!['x-kubernetes-validations'];
    const path = hospital.paths.crd('workerpools');
    await kubeOk('PATCH', path, { spec: crd.spec });
    return () => kubeOk('PATCH', path, { spec: workerPoolCrd().spec });
  },
  'controller-not-ready': async () => {
    await hospital.deploymentStatus(0);
    return () => hospital.heal();
  },
  'controller-no-leader': async () => {
    await kubeOk('PATCH', hospital.paths.lease(), { spec: { holderIdentity: '' } });
    return () => hospital.heal();
  },
  'right-missing': async () => {
    const path = `${ROLES}/${hospital.deployment.replace('controller-manager', 'manager-role')}`;
    const { rules } = await kubeOk<{ rules: { resources: string[] }[] }>('GET', path);
    await kubeOk('PATCH', path, { rules: rules.filter(({ resources }) => !resources.includes('secrets')) });
    return async () => {
      await kubeOk('PATCH', path, { rules });
      const wish = { resourceAttributes: { verb: 'get', group: '', resource: 'secrets' } };
      await untilAllowed(serviceAccount(hospital.operators, hospital.deployment), wish);
    };
  },
  'secret-invalid': async () => {
    const path = `${hospital.paths.core('secrets')}/${POOL}`;
    await kubeOk('PATCH', path, { stringData: { privateKey: 'not base64!' } });
    return () => hospital.objects.putSecret(POOL, hospital.pool.secret);
  },
  'pod-refused': async () => {
    await admitOnly('restricted', hospital.objects.namespace);
    const back = await hospital.changePool({ pod: { securityContext: { runAsUser: 0 } } });
    return async () => {
      await back();
      await admitOnly('privileged', hospital.objects.namespace);
    };
  },
  'reference-missing': () =>
    hospital.changePool({ pod: { volumes: [{ name: 'files', configMap: { name: 'missing' } }] } }),
  'class-missing': () =>
    hospital.changePool({
      pod: {
        workspaceVolume: {
          name: 'workspace',
          ephemeral: {
            volumeClaimTemplate: {
              spec: {
                storageClassName: 'fast',
                accessModes: ['ReadWriteOnce'],
                resources: { requests: { storage: '1Gi' } },
              },
            },
          },
        },
      },
    }),
  'quota-too-small': async () => {
    const collection = hospital.paths.core('resourcequotas');
    const mend = await hospital.make(collection, named('ResourceQuota', 'total', { spec: { hard: { pods: '1' } } }));
    // No controller counts here.
    await kubeOk('PATCH', `${collection}/total/status`, { status: { hard: { pods: '1' }, used: { pods: '0' } } });
    return mend;
  },
  'budgets-overlap': () => {
    const collection = `/apis/policy/v1/namespaces/${hospital.objects.namespace}/poddisruptionbudgets`;
    const budget = named('PodDisruptionBudget', 'everything', { spec: { minAvailable: 1, selector: {} } }, 'policy/v1');
    return hospital.make(collection, budget);
  },
  'endpoint-untrusted': async () => {
    const token = { ...hospital.pool.token, ca: hospital.pool.token.certificate };
    await hospital.objects.putSecret(POOL, {
      ...hospital.pool.secret,
      token: Buffer.from(JSON.stringify(token)).toString('base64'),
    });
    return () => hospital.objects.putSecret(POOL, hospital.pool.secret);
  },
  'image-host-of-default': () =>
    hospital.changePool({ allowedRunnerImageHosts: ['ghcr.io'], pod: { defaultRunnerImage: 'example/runner:1' } }),
};

interface Schema {
  readonly properties: Record<string, Schema>;
  'x-kubernetes-validations'?: unknown;
}

const named = (kind: string, name: string, rest: object, apiVersion = 'v1') => ({
  ...{ apiVersion, kind, metadata: { name } },
  ...rest,
});

describe('doctor', () => {
  it('finds nothing in a healthy cluster', async () => {
    expect(await hospital.findings()).toEqual([]);
  });

  it.each(Object.entries(BREAKS))('finds %s, and nothing once it is mended', async (code, breakIt) => {
    const mend = await breakIt();
    try {
      await hospital.untilFound([code]);
    } finally {
      await mend();
    }
    await hospital.untilFound([]);
  });

  it('tells what somebody may not read, finds the rest, and reads no list of Secrets', async () => {
    const { kubeconfigPath } = await hospital.server.addUser('somebody');
    const cluster = await Cluster.open({ kubeconfig: kubeconfigPath });
    const found = await hospital.findings({ namespace: hospital.objects.namespace }, cluster);
    await cluster.close();
    expect([...new Set(found.map(({ level }) => level))]).toEqual(['UNKNOWN']);
    const messages = found.map(({ message }) => message);
    expect(messages).toContain(`you may not list workerpools in namespace ${hospital.objects.namespace}`);
    expect(messages.filter((message) => /list secrets/.test(message))).toEqual([]);
  });
});

describe('kubectl worker-pools', () => {
  /** The real kubectl, which finds the plugin on its PATH. */
  async function kubectl(...args: string[]) {
    const folder = hospital.helm.folder();
    const plugin = join(folder, 'kubectl-worker_pools');
    writeFileSync(plugin, `#!/bin/sh\nexec '${process.execPath}' '${program.path}' "$@"\n`);
    chmodSync(plugin, 0o755);
    const env = { PATH: `${folder}${delimiter}${process.env.PATH}`, KUBECONFIG: hospital.server.kubeconfigPath };
    return exec(await findKubectl(), args, { env: { ...env, XDG_CONFIG_HOME: folder } });
  }

  it('is a plugin by its name', async () => {
    expect((await kubectl('plugin', 'list')).stdout).toContain('kubectl-worker_pools');
  });

  it('looks at the cluster of the kubeconfig, with exit codes', async () => {
    const { exitCode, stdout } = await kubectl('worker-pools', 'doctor', '-o', 'json');
    // The program of tests calls itself 1.2.3.
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [{ level: 'WARNING', code: 'version-skew' }],
      counts: { failed: 0, warnings: 1, unknown: 0 },
    });
    expect(exitCode).toBe(7);
  });

  it('describes a pool, and says where there is none', async () => {
    const { namespace } = hospital.objects;
    const { stdout } = await kubectl('worker-pools', 'describe', POOL, '-n', namespace);
    for (const part of ['Size:       2 of 2 wanted', 'Registered', 'IDLE', 'No run has a Pod.', `WorkerPool/${POOL}`]) {
      expect(stdout).toContain(part);
    }
    const missing = await kubectl('worker-pools', 'describe', 'staging', '-n', namespace);
    expect(missing).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('there is no WorkerPool "staging"') });
  });

  it('lists the Pods of runs, and says what keeps a log from being there', async () => {
    const { namespace } = hospital.objects;
    const [worker] = await hospital.objects.workers();
    await hospital.runPodOf(worker!);
    const { stdout } = await kubectl('worker-pools', 'runs', '-A');
    expect(stdout).toMatch(new RegExp(`01K3ZC.*preparing.*Waiting \\(Unschedulable\\).*${POOL}.*${namespace}/01k3zc`));
    const log = await kubectl('worker-pools', 'logs', POOL, '-n', namespace, '--no-follow');
    expect(log).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('0/1 nodes are available') });
    expect((await kubectl('worker-pools', 'logs', 'nothing', '-n', namespace)).exitCode).toBe(4);
  });
});
