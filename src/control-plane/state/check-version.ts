import { RequestError } from '../errors';
import type { StateVersion } from '../store/records';

type Said = Pick<StateVersion, 'serial' | 'lineage' | 'sha256'>;

/**
 * Whether a state may follow the newest version. What a state does not say of itself is not compared.
 *
 * @returns whether there is anything to store: false when it is the newest version already
 * @throws RequestError `conflict`
 */
export function isNews(newest: Pick<StateVersion, 'number' | keyof Said> | undefined, next: Said): boolean {
  if (newest === undefined) return true;
  if (newest.sha256 === next.sha256) return false;
  if (newest.lineage !== null && next.lineage !== null && newest.lineage !== next.lineage) {
    throw new RequestError(
      'conflict',
      `the state is of another lineage (${next.lineage}) than version ${newest.number} (${newest.lineage}): it is the state of something else`,
    );
  }
  if (newest.serial !== null && next.serial !== null && next.serial <= newest.serial) {
    throw new RequestError(
      'conflict',
      `the state has the serial ${next.serial}, and version ${newest.number} has ${newest.serial}: it was made from an older version, and somebody has written since`,
    );
  }
  return true;
}
