import type { Readable } from 'node:stream';
import type { Blobs } from '../../../src/control-plane/blobs';
import { RequestError } from '../../../src/control-plane/errors';

/** Where workspaces are stored; whether there is room is decided by the faults. */
export class SimulatedBlobs {
  private next = 1;
  isFull = false;
  readonly uploads = new Set<string>();

  /** As the control plane has them. */
  get blobs(): Blobs {
    const store = {
      begin: (_kind: string, owner: string) => this.room(`${owner}-${this.next++}`),
      append: async ({ upload }: { upload: string }, { content }: { content: Readable }) => {
        for await (const chunk of content) void chunk;
        await this.room(upload);
        if (!this.uploads.has(upload)) throw new RequestError('upload-lost', 'the upload is not known');
      },
      finish: ({ upload }: { upload: string }) => this.room(upload),
    };
    const unused = { release: () => Promise.resolve() };
    return { store, unused } as unknown as Blobs;
  }

  private room(upload: string): Promise<string> {
    if (this.isFull) return Promise.reject(new RequestError('no-space', 'there is no room for workspaces'));
    this.uploads.add(upload);
    return Promise.resolve(upload);
  }
}
