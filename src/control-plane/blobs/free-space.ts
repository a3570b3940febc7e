import { statfs } from 'node:fs/promises';
import { RequestError } from '../errors';

const MIB = 1024 * 1024;

/** Below this share of a volume uploads are refused, and on a large volume below so many bytes: what the database needs. */
const SHARE = 0.05;
const MOST = 1024 * MIB;

/** The room that uploads must leave on their volume, where the database may lie, too. */
export class FreeSpace {
  /** @param minBytes what is to stay free. @default 5 % of the volume, at most 1 GiB */
  constructor(
    private readonly folder: string,
    private readonly minBytes?: number,
  ) {}

  /** Why no upload is taken now; '' when they are. */
  async refusal(): Promise<string> {
    const { bavail, bsize, blocks } = await statfs(this.folder);
    const free = bavail * bsize;
    const mark = this.minBytes ?? Math.min(blocks * bsize * SHARE, MOST);
    if (free >= mark) return '';
    return `the control plane's volume is nearly full: ${inMiB(free)} MiB are free, and below ${inMiB(mark)} MiB it takes no uploads; everything else goes on. Give the volume more room`;
  }

  /** @throws RequestError `no-space` below the mark */
  async require(): Promise<void> {
    const refusal = await this.refusal();
    if (refusal) throw new RequestError('no-space', refusal);
  }
}

/** What a full volume has a write fail with, as a refusal; other errors as they are. */
export function asRefusal(error: unknown): unknown {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (!['ENOSPC', 'EDQUOT'].includes(code)) return error;
  return new RequestError('no-space', "the control plane's volume is full: give it more room");
}

const inMiB = (bytes: number): number => Math.floor(bytes / MIB);
