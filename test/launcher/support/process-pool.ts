import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ensureBinaries } from '../../../src/local-cluster/binaries';
import { connectPoll } from '../../../src/protocol/client';
import type { Assignment, WorkerView } from '../../../src/protocol/messages';
import type { ControlPlaneSession } from '../../../src/protocol/session';
import { withoutColours } from '../../../src/text/visible';
import { makePool, newWorker, type TestControlPlane, type TestPool } from '../../control-plane/support/control-plane';
import { temporaryFolder } from '../../support/folder';
import { until } from '../../support/until';
import { craftedArchive } from './crafted-archive';
import { runPodOfProcesses, type PodOptions } from './pod-of-processes';

/** How long the tools of a test may take to be there, the first time. */
export const TOOLS_WITHIN_MS = 600_000;

/** A folder with the real OpenTofu in it, and nothing else. */
export async function folderWithTofu(): Promise<string> {
  const { tofu } = await ensureBinaries(['tofu']);
  const folder = temporaryFolder();
  await symlink(tofu, join(folder, 'tofu'));
  return folder;
}

/** Files of a stack, as they are uploaded. */
export function sourceOf(files: Readonly<Record<string, string>>): Readable {
  return Readable.from([craftedArchive(Object.entries(files).map(([path, content]) => ({ path, content })))]);
}

type PodSettings = Partial<Pick<PodOptions, 'environment' | 'home' | 'spans'>>;

/** A pool of one worker at a real control plane, whose run Pods are processes. */
export class ProcessPool {
  private readonly worker = newWorker();
  private view: WorkerView | undefined;
  private session: ControlPlaneSession | undefined;

  private constructor(
    private readonly controlPlane: TestControlPlane,
    readonly pool: TestPool,
    /** Where the tools are. */
    private readonly bin: string,
    /** Folder of the Pods, and home of what runs in them. */
    readonly root: string,
  ) {}

  static async open(controlPlane: TestControlPlane, bin: string, root: string, name?: string): Promise<ProcessPool> {
    const opened = new ProcessPool(controlPlane, await makePool(controlPlane, name), bin, root);
    const { token, privateKeyPem } = opened.pool;
    const events = { onView: (newest: WorkerView) => void (opened.view = newest), onStatus: () => undefined };
    opened.session = connectPoll({ token, privateKeyPem, session: 'pool-uid', userAgent: 'test/1' }, events);
    await opened.session.register({ workers: [opened.worker] });
    return opened;
  }

  /** The next thing that the worker is to do for a run. */
  assigned(runId: string, stage: Assignment['stage']): Promise<Assignment> {
    return until(() => {
      const found = this.view?.assignment;
      return found?.runId === runId && found.stage === stage ? found : undefined;
    }, `an assignment of ${runId} to ${stage}`);
  }

  /** One run Pod to its end, however it ends; its containers share a folder that no other has. */
  async runPod(assignment: Assignment, settings: PodSettings = {}): Promise<void> {
    const { runId, attempt, fence } = assignment;
    const folder = join(this.root, runId, String(attempt));
    await mkdir(folder, { recursive: true });
    const { pool, worker, bin, root: home } = this;
    const pod = { pool, workerName: worker.name, folder, bin, home, ...settings };
    await runPodOfProcesses(assignment, pod).catch(() => undefined);
    await this.session!.report({ workerId: worker.id, runId, attempt, fence, report: { kind: 'released' } });
  }

  /** A stage of a run. @returns what the worker was told */
  async carryOut(runId: string, stage: Assignment['stage'], settings: PodSettings = {}): Promise<Assignment> {
    const assignment = await this.assigned(runId, stage);
    await this.runPod(assignment, settings);
    return assignment;
  }

  /** A run to its end, or until it waits for a person, beginning with its first stage. @returns what its log says, without colours */
  async carryOutAll(runId: string, settings: PodSettings = {}): Promise<string> {
    await this.carryOut(runId, 'preparing', settings);
    const { state } = (await this.controlPlane.admin.run(runId))!;
    if (state === 'CONFIRMED' || state === 'PREPARING_APPLY') await this.carryOut(runId, 'applying', settings);
    return this.logOf(runId);
  }

  async logOf(runId: string): Promise<string> {
    return withoutColours((await this.controlPlane.admin.readLog(runId, 0)).map(({ text }) => text).join(''));
  }

  async close(): Promise<void> {
    await this.session?.close();
  }
}
