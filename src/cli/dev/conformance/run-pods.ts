import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { API_VERSION, WORKER_POOL, type WorkerPool } from '../../../api';
import { buildRunPod, type RunPod } from '../../../controller/run';
import type { ManifestInput } from './input-types';

/** Any ULID: the checks look at everything but it. */
const ULID = '01HPS6XB76J1JB3EHSK4AWE5AB';

/**
 * The Pods that the controller would make for a run of each WorkerPool in the manifests, as nobody else applies them.
 *
 * @param scratch a folder for them
 */
export async function runPods(manifests: readonly ManifestInput[], scratch: string): Promise<ManifestInput[]> {
  const folder = join(scratch, 'run-pods');
  await mkdir(folder);
  const pods: ManifestInput[] = [];
  for (const { name, file } of manifests) {
    for (const document of parseAllDocuments(await readFile(file, 'utf8'))) {
      const object = document.toJS() as (WorkerPool & { apiVersion: string; kind: string }) | null;
      if (object?.apiVersion !== API_VERSION || object.kind !== WORKER_POOL.kind) continue;
      const target = join(folder, `${pods.length}.json`);
      await writeFile(target, JSON.stringify(runPod(object)));
      pods.push({ name: `a run of the pool ${object.metadata.name} in ${name}`, file: target });
    }
  }
  return pods;
}

function runPod(pool: WorkerPool): RunPod {
  return buildRunPod({
    assignment: {
      runId: ULID,
      stage: 'preparing',
      attempt: 1,
      fence: 1,
      vendor: 'opentofu',
      launcherImage: 'control-plane.example/launcher:1.0.0',
      defaultRunnerImage: 'control-plane.example/runner:1.0.0',
      startDeadline: 0,
      started: false,
      stop: null,
    },
    pool,
    poolUlid: ULID,
    worker: { metadata: { ...pool.metadata, uid: 'uid' } },
    workerId: ULID,
  });
}
