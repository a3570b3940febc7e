import type { Readable } from 'node:stream';
import type { UploadedRequest, UploadRequest, UploadResponse } from '../../protocol/messages';
import { PART_BYTES, uploadLost } from '../blobs/blob-store';
import type { Blobs } from '../blobs';
import { RequestError } from '../errors';
import type { QueueContext } from '../queue/context';
import { requireKnown, requireRun } from '../queue/lifecycle';
import { noteUnderWay, requireAttempt, type Attempted } from '../queue/pod-operations';
import { keepsWorkspace } from '../queue/steps';
import type { Tables } from '../store';

const KIND = 'workspaces';

/** Takes the sealed workspaces of runs, whole or in parts. An attempt has one upload at most: a new one ends the old. */
export class WorkspaceUploads {
  private readonly underWay = new Map<string, Readable>();

  constructor(
    private readonly context: QueueContext,
    private readonly blobs: Blobs,
  ) {}

  async whole(who: Attempted, fence: number, body: Readable): Promise<void> {
    await noteUnderWay(this.context, who, fence);
    // Launchers of before `keepsWorkspace` send it in any case.
    if (!(await this.isWanted(who, fence))) return drain(body);
    const id = await this.alone(who, body, () => this.blobs.store.write(KIND, ownerOf(who), body));
    await this.keep(who, fence, id);
  }

  async begin(who: Attempted, { fence }: UploadRequest): Promise<UploadResponse> {
    await noteUnderWay(this.context, who, fence);
    if (!(await this.isWanted(who, fence))) {
      throw new RequestError('malformed', `run ${who.runId} needs no workspace of this stage`);
    }
    return { upload: await this.blobs.store.begin(KIND, ownerOf(who)) };
  }

  async part(who: Attempted, fence: number, part: { upload: string; offset: number; size: number; body: Readable }) {
    await noteUnderWay(this.context, who, fence);
    await this.isWanted(who, fence);
    const { upload, offset, size, body } = part;
    const isAligned = Number.isSafeInteger(offset) && offset >= 0 && offset % PART_BYTES === 0;
    if (!isAligned || !(size > 0 && size <= PART_BYTES)) {
      const wanted = `begin at a multiple of ${PART_BYTES} and have at most as many bytes, said by Content-Length`;
      throw new RequestError('malformed', `a part of a workspace must ${wanted}`);
    }
    const known = { kind: KIND, owner: ownerOf(who), upload } as const;
    await this.alone(who, body, () => this.blobs.store.append(known, { offset, size, content: body }));
  }

  async finish(who: Attempted, { fence, upload, size, sha256 }: UploadedRequest): Promise<void> {
    await noteUnderWay(this.context, who, fence);
    await this.isWanted(who, fence);
    const id = await this.blobs.store.finish({ kind: KIND, owner: ownerOf(who), upload }, { size, sha256 });
    await this.keep(who, fence, id);
  }

  /** Whether the stage's workspace is kept. @throws RequestError `fenced` when the attempt is not under way. */
  private async isWanted(who: Attempted, fence: number, tables: Tables = this.context.store.read): Promise<boolean> {
    const assignment = await requireAttempt(tables, who, fence);
    if (assignment.startedAt === null || assignment.endedAt !== null) {
      throw new RequestError(
        'fenced',
        `attempt ${who.attempt} of run ${who.runId} is not under way: its workspace is not wanted`,
      );
    }
    return keepsWorkspace(requireKnown(await requireRun(tables, who.runId)), assignment.stage);
  }

  private async keep(who: Attempted, fence: number, id: string): Promise<void> {
    const { store } = this.context;
    let before: string | null;
    try {
      before = await store.transaction(async (tx) => {
        const run = await tx.runs.lock(who.runId);
        // Looked at again, because the upload may have taken longer than the attempt lived.
        await this.isWanted(who, fence, tx);
        await tx.runs.setWorkspace(who.runId, id);
        return run?.workspace ?? null;
      });
    } catch (error) {
      await this.blobs.unused.release(KIND, id);
      throw error;
    }
    if (before !== id) await this.blobs.unused.release(KIND, before);
  }

  private async alone<T>(who: Attempted, body: Readable, work: () => Promise<T>): Promise<T> {
    const owner = ownerOf(who);
    this.underWay.get(owner)?.destroy(uploadLost('another upload of the same attempt took its place'));
    this.underWay.set(owner, body);
    try {
      return await work();
    } finally {
      if (this.underWay.get(owner) === body) this.underWay.delete(owner);
    }
  }
}

const ownerOf = ({ runId, attempt }: Attempted): string => `${runId}-${attempt}`;

async function drain(body: Readable): Promise<void> {
  for await (const chunk of body) void chunk;
}
