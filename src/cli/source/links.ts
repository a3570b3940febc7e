import { readlinkSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

export interface Link {
  /** From the folder. */
  readonly path: string;
  readonly target: string;
  /** `leads-out`: to something that is not in the folder; `absolute`: means another place in the run. */
  readonly kind: 'inside' | 'leads-out' | 'absolute' | 'broken' | 'circular';
}

/**
 * Where a link leads; what it leads to is looked up, never read.
 *
 * @param root the folder, with no link in its own path
 */
export function judgeLink(root: string, path: string): Link {
  const target = readlinkSync(join(root, path));
  return { path, target, kind: kindOf(root, path, target) };
}

function kindOf(root: string, path: string, target: string): Link['kind'] {
  if (isAbsolute(target)) return 'absolute';
  let real: string;
  try {
    real = realpathSync(join(root, path));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'circular' : 'broken';
  }
  if (climbsOut(path, target) || !isWithin(root, real)) return 'leads-out';
  return isWithin(real, dirname(join(root, path))) ? 'circular' : 'inside';
}

/** Whether the way leads through the folder above, which has another name in the run. */
function climbsOut(path: string, target: string): boolean {
  let depth = path.split('/').length - 1;
  for (const part of target.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '' && part !== '.') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`);
}
