import { gzipSync } from 'node:zlib';
import { Header } from 'tar';

export interface Entry {
  readonly path: string;
  readonly type?: 'File' | 'Directory' | 'SymbolicLink' | 'Link' | 'CharacterDevice' | 'NextFileHasLongPath';
  readonly linkpath?: string;
  readonly content?: string;
  readonly mode?: number;
  readonly uid?: number;
}

/** A tar.gz of entries that no honest program would make. */
export function craftedArchive(entries: readonly Entry[]): Buffer<ArrayBuffer> {
  return gzipSync(Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)]));
}

function blocksOf(entry: Entry): Buffer[] {
  const { path, type = 'File', linkpath, content = '', mode = 0o644, uid } = entry;
  if (path.length > 99) {
    const name: Entry = { path: 'name', type: 'NextFileHasLongPath', content: path };
    return [...blocksOf(name), ...blocksOf({ ...entry, path: 'short' })];
  }
  const header = new Header({ path, type, mode, uid, size: Buffer.byteLength(content), mtime: new Date(0) });
  if (linkpath !== undefined) header.linkpath = linkpath;
  const block = Buffer.alloc(512);
  header.encode(block);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return [block, body];
}
