import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Verdict } from '../../fault';
import type { ControlPlaneLab, Prepared } from './lab';
import type { Shape } from './site';
import type { Replica } from '../../../support/load/replica';

const SIZE = '64M';

/** A control plane on a volume that is small: uploads leave nothing free there. */
const ON_SMALL_VOLUME: Shape = { database: 'sqlite', settings: () => ['--blobs-min-free-mi-b=1'] };

/** The volume of the only control plane is full for a while. */
export function onFullVolume(lab: ControlPlaneLab, seconds: number): Promise<Verdict> {
  return onDisk(lab, async (disk) => {
    disk.fill();
    // What is written there meanwhile makes no room, and what is removed is filled again.
    for (let second = 0; second < seconds; second += 1) {
      await lab.sleep(1);
      disk.fill();
    }
    disk.makeRoom();
  });
}

/** Whoever writes to the volume of the only control plane waits for a while. */
export function onFrozenDisk(lab: ControlPlaneLab, seconds: number): Promise<Verdict> {
  return onDisk(lab, async (disk) => {
    disk.freeze();
    try {
      await lab.sleep(seconds);
    } finally {
      disk.thaw();
    }
  });
}

/** The file system of the only control plane lets nobody write after an error, until it is mended while nobody uses it. */
export function onBrokenDisk(lab: ControlPlaneLab, seconds: number): Promise<Verdict> {
  return onDisk(lab, async (disk, replica) => {
    disk.break();
    await lab.sleep(seconds / 2);
    await replica.kill();
    const start = await replica.start().then(
      () => 'it starts',
      (error: Error) => error.message,
    );
    if (!start.includes('cannot be written to')) throw new Error(`on a volume that only can be read: ${start}`);
    await lab.sleep(seconds / 2);
    disk.mend();
    await replica.start();
  });
}

async function onDisk(
  lab: ControlPlaneLab,
  fault: (disk: Disk, replica: Replica) => Promise<unknown>,
): Promise<Verdict> {
  let disk: Disk;
  const prepare = (folder: string): Disk => (disk = new Disk(folder));
  return lab.during(ON_SMALL_VOLUME, ({ site }) => fault(disk, site.replica), { prepare });
}

/** A file system of its own in a file, mounted where the only control plane has its data. */
class Disk implements Prepared {
  private readonly dataDir: string;
  private readonly ballast: string;
  private readonly image: string;

  constructor(folder: string) {
    this.dataDir = dataDirIn(folder);
    this.image = join(folder, 'disk.img');
    this.ballast = join(this.dataDir, 'ballast');
    run('truncate', '-s', SIZE, this.image);
    run('mkfs.ext4', '-q', '-F', this.image);
    this.mount();
  }

  /** Leaves nothing free there. */
  fill(): void {
    const { bavail, bsize } = statfsSync(this.dataDir);
    try {
      appendFileSync(this.ballast, Buffer.alloc(bavail * bsize));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  makeRoom(): void {
    rmSync(this.ballast);
  }

  /** An error of the file system, after which the kernel lets nobody write there. */
  break(): void {
    const [device = ''] = run('losetup', '-j', this.image).split(':');
    writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, '1');
  }

  /** Checks and mends it; nobody may have a file open there. */
  mend(): void {
    run('umount', this.dataDir);
    try {
      run('fsck.ext4', '-y', this.image);
    } catch (error) {
      // 1: errors were corrected.
      if ((error as { status?: number }).status !== 1) throw error;
    }
    this.mount();
  }

  /** From now on whoever writes there waits. */
  freeze(): void {
    run('fsfreeze', '--freeze', this.dataDir);
  }

  thaw(): void {
    run('fsfreeze', '--unfreeze', this.dataDir);
  }

  close(): void {
    run('umount', this.dataDir);
  }

  private mount(): void {
    run('mount', '-o', 'loop,errors=remount-ro', this.image, this.dataDir);
  }
}

/** Of the only replica. */
function dataDirIn(folder: string): string {
  const dataDir = join(folder, 'replica-1-data');
  mkdirSync(dataDir);
  return dataDir;
}

function run(program: string, ...args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stderr, status } = error as { stderr?: string; status?: number };
    throw Object.assign(new Error(`${program} ${args.join(' ')}: ${stderr?.trim()}; volumes need root`), { status });
  }
}
