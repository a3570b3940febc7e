/*
 * Fills a volume of its own, on which a control plane runs, and says what that does: one JSON on standard output. To be
 * run in a mount namespace (`unshare --mount`), so that the volume is nobody else's.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BLOB_LIMITS } from '../../../src/control-plane/blobs/blob-store';
import { FileBlobStore } from '../../../src/control-plane/blobs/file-store';
import { makePool, TestControlPlane } from './control-plane';

const MIB = 1024 * 1024;
const folder = process.argv[2]!;
const dataDir = join(folder, 'data');
const ballast = join(folder, 'ballast');

/** Leaves so many bytes free. */
function fill(free: number): void {
  rmSync(ballast, { force: true });
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize - free));
}

function said(upload: Promise<unknown>): Promise<string> {
  return upload.then(
    () => 'stored',
    (error: Error & { code: string }) => `${error.code}: ${error.message}`,
  );
}

async function main(): Promise<void> {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', folder]);
  const minFreeBytes = 4 * MIB;
  const controlPlane = await TestControlPlane.start({ dataDir, mqttPort: null, blobs: { minFreeBytes } });
  const { admin } = controlPlane;
  const pool = await makePool(controlPlane);
  await admin.createStack({ name: 'stack', pool: pool.id });
  const push = async (bytes: number): Promise<string> => {
    const chunk = randomBytes(MIB);
    return said(admin.uploadSource('stack', Readable.from(Array<Buffer>(bytes / MIB).fill(chunk))));
  };
  const files = (): number => readdirSync(join(dataDir, 'blobs', 'sources')).length;
  const facts: Record<string, unknown> = {};

  facts.atFirst = await push(MIB);
  fill(3 * MIB);
  facts.belowTheMark = await push(MIB);
  await admin.createRun({ stack: 'stack' });
  const careful = new FileBlobStore(join(dataDir, 'blobs'), BLOB_LIMITS, minFreeBytes);
  facts.health = await careful.health();
  facts.runs = (await admin.runs()).length;
  fill(10 * MIB);
  facts.acrossTheMark = await push(12 * MIB);
  facts.files = files();

  fill(3.5 * MIB);
  // One that leaves nothing free: the volume takes a part of its last write.
  const heedless = new FileBlobStore(join(dataDir, 'blobs'), BLOB_LIMITS, 0);
  facts.withoutMark = await said(
    heedless.write('workspaces', 'run', Readable.from(Array<Buffer>(4).fill(randomBytes(MIB)))),
  );
  facts.leftOfIt = readdirSync(join(dataDir, 'blobs', 'workspaces'));

  rmSync(ballast);
  facts.freed = await push(2 * MIB);
  await controlPlane.close();
  process.stdout.write(JSON.stringify(facts));
}

void main();
