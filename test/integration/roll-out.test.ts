/** What is new reaches what waits, and never what is at work: Pod templates, sizes, controllers, releases. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { LABEL } from '../../src/api';
import type { RunPod } from '../../src/controller/run';
import { apiServer } from '../support/api-server';
import { startController, type RunningController } from '../support/controlled-pool';
import { CHART, HelmCluster } from '../support/helm-cluster';
import { startControllerOf } from '../support/helm-controller';
import { createNamespace, eventually, kubeOk } from '../support/kube';
import { forFile, POOL } from './pool.fixtures';
import { RunScene, SUCCEEDED, WORKING } from './run.fixtures';

const file = forFile();
let scene: RunScene;
/** The controller of now: one of before is a process of its own, and has ended. */
let controller: RunningController | undefined;

afterEach(async () => {
  await controller?.stop();
  await scene.close();
});

/** A pool without Workers, and nobody who looks after it yet. */
async function openScene(): Promise<void> {
  controller = undefined;
  scene = await RunScene.open(file.controlPlane, { poolSize: 0 }, 0);
}

async function start(): Promise<void> {
  controller = await startController(scene.objects.namespace);
}

async function scale(size: number): Promise<void> {
  await scene.objects.scale(POOL, size);
  await scene.untilWorkers(Array(size).fill({ state: 'IDLE' }));
}

const TEMPLATE = 'example.test/template';
const useTemplate = (name: string) => scene.objects.changePool(POOL, { pod: { labels: { [TEMPLATE]: name } } });
const templateOf = ({ metadata }: RunPod): string | undefined => metadata.labels?.[TEMPLATE];

function podOf(runId: string): Promise<RunPod> {
  return eventually(async () => {
    const pod = (await scene.runPods()).find(({ metadata }) => metadata.labels?.[LABEL.runId] === runId);
    if (!pod) throw new Error(`run ${runId} has no Pod`);
    return pod;
  });
}

/** Starts the run in its Pod; the result ends it. */
async function work(pod: RunPod): Promise<() => Promise<void>> {
  const launcher = await scene.startIn(pod);
  await scene.setPodStatus(pod, WORKING);
  return async () => {
    await launcher.outcome('Succeeded');
    await scene.setPodStatus(pod, SUCCEEDED);
    await scene.untilRun(pod.metadata.labels?.[LABEL.runId] ?? '', { state: 'FINISHED' });
  };
}

/** The Pod is the one that it was, and nobody wants it to go. */
async function expectUntouched(pod: RunPod, runId: string): Promise<void> {
  const { metadata, spec } = await podOf(runId);
  expect(metadata).toMatchObject({ uid: pod.metadata.uid, labels: pod.metadata.labels });
  expect(metadata.deletionTimestamp).toBeUndefined();
  expect(spec).toEqual(pod.spec);
}

describe('a changed Pod template', () => {
  test('is that of the next run on an idle Worker, and leaves the Pod of a busy one alone', async () => {
    await openScene();
    await useTemplate('before');
    await start();
    await scale(2);
    const first = await scene.trigger();
    const busy = await podOf(first.id);
    const finish = await work(busy);
    expect(templateOf(busy)).toBe('before');

    const workers = (await scene.objects.workers()).map(({ metadata }) => metadata.uid);
    await useTemplate('after');
    await scene.objects.untilSettled(POOL);
    const second = await scene.trigger();
    const next = await podOf(second.id);
    expect(templateOf(next)).toBe('after');
    await expectUntouched(busy, first.id);
    expect((await scene.objects.workers()).map(({ metadata }) => metadata.uid)).toEqual(workers);

    await finish();
    await (
      await work(next)
    )();
  });

  test('is that of the second stage of a run whose first one was carried out by the one before', async () => {
    await openScene();
    await useTemplate('before');
    await start();
    await scale(1);
    const { id } = await scene.trigger('TRACKED');
    const planning = await podOf(id);
    const launcher = await scene.startIn(planning);
    await scene.setPodStatus(planning, WORKING);
    await launcher.put('a sealed workspace');
    await launcher.outcome('Succeeded', true);
    await scene.setPodStatus(planning, SUCCEEDED);
    await scene.untilRun(id, { state: 'UNCONFIRMED' });
    await scene.untilNoPod();

    await useTemplate('after');
    await scene.objects.untilSettled(POOL);
    await file.controlPlane.admin.confirm(id);
    const applying = await podOf(id);
    expect(applying.metadata.name).toContain('-applying-');
    expect(templateOf(applying)).toBe('after');
    await (
      await work(applying)
    )();
  });
});

describe('a pool of size 0', () => {
  test('has its runs wait, and carries them out by the newest template once it has a Worker', async () => {
    await openScene();
    await start();
    await scale(1);
    await scale(0);
    const { id } = await scene.trigger();
    await useTemplate('newest');
    await scene.objects.untilSettled(POOL);
    expect(await scene.runPods()).toEqual([]);
    expect(await scene.run(id)).toMatchObject({ state: 'QUEUED' });

    await scene.objects.scale(POOL, 1);
    const pod = await podOf(id);
    expect(templateOf(pod)).toBe('newest');
    await (
      await work(pod)
    )();
  });
});

/**
 * The Pod as the version before makes it: `buildRunPod` of its src/controller/run with names for what differs from one run to
 * the next. It is recorded, because a shallow clone has no history, and written anew with each release.
 */
const RECORD = readFileSync(new URL('../support/previous/run-pod.json', import.meta.url), 'utf8');
const RECORDED_FENCE = '777';

function podOfBefore(of: RunPod): object {
  const { name, namespace = '', labels = {}, annotations = {}, ownerReferences = [] } = of.metadata;
  const [owner] = ownerReferences;
  const texts = {
    'run_id-preparing-1': name,
    RUN_ID: labels[LABEL.runId],
    POOL_ULID: labels[LABEL.workerPool],
    WORKER_ID: labels[LABEL.worker],
    WORKER_NAME: owner?.name,
    WORKER_UID: owner?.uid,
    NAMESPACE: namespace,
    [RECORDED_FENCE]: annotations['workers.spacelift.io/fence'],
  };
  const words = new RegExp(`"(${Object.keys(texts).join('|')})"`, 'g');
  return JSON.parse(RECORD.replaceAll(words, (_, word: keyof typeof texts) => JSON.stringify(texts[word]))) as object;
}

describe('a controller that takes over from the version before', () => {
  test('leaves the Pod of a run in progress alone, and brings the run to its end', async () => {
    await openScene();
    await start();
    await scale(1);
    const { id } = await scene.trigger();
    const own = await podOf(id);
    await controller?.stop();
    const path = `/api/v1/namespaces/${scene.objects.namespace}/pods`;
    await kubeOk('DELETE', `${path}/${own.metadata.name}?gracePeriodSeconds=0`);
    await kubeOk('POST', path, podOfBefore(own));
    const pod = await podOf(id);
    const finish = await work(pod);

    await start();
    await scene.untilWorkers([{ state: 'BUSY', currentRunID: id }]);
    await scene.objects.untilSettled(POOL);
    await expectUntouched(pod, id);
    await finish();
    await scene.untilNoPod();
    await scene.untilWorkers([{ state: 'IDLE' }]);
  });
});

describe('a Helm release', () => {
  let cluster: HelmCluster;
  beforeAll(() => {
    cluster = new HelmCluster(apiServer());
  });
  afterAll(() => cluster.remove());

  test('is upgraded and rolled back while a run goes on, which ends as ever', async () => {
    await openScene();
    const { namespace } = scene.objects;
    const operators = await createNamespace('operators');
    const values = (more: object) =>
      cluster.file({ crds: { install: false }, controllerManager: { namespaces: [namespace] }, ...more });
    const release = ['ops', CHART, '--namespace', operators, '--values'];
    /** The Deployment replaces its Pod. */
    const replaceController = async (): Promise<void> => {
      await controller?.stop();
      controller = await startControllerOf(cluster, 'ops', operators);
    };
    await cluster.helmOk('install', ...release, values({}));
    await replaceController();
    await scale(1);
    const { id } = await scene.trigger();
    const pod = await podOf(id);
    const finish = await work(pod);

    await cluster.helmOk('upgrade', ...release, values({ pdb: { enabled: true } }));
    await replaceController();
    await scene.untilWorkers([{ state: 'BUSY', currentRunID: id }]);
    await scene.objects.untilSettled(POOL);
    await expectUntouched(pod, id);

    await cluster.helmOk('rollback', 'ops', '1', '--namespace', operators);
    await replaceController();
    await scene.untilWorkers([{ state: 'BUSY', currentRunID: id }]);
    await scene.objects.untilSettled(POOL);
    await expectUntouched(pod, id);

    await finish();
    await scene.untilNoPod();
    await scene.untilWorkers([{ state: 'IDLE' }]);
    await controller?.stop();
    await cluster.helmOk('uninstall', 'ops', '--namespace', operators);
  });
});
