import { compareVersions } from './objects';

const CAPACITY = 2_000;
const FOR_GOOD = 'for good';

/**
 * Which objects are known to have left, so that a late event does not bring them back. Bounded: the oldest are forgotten,
 * and by then no stream holds an event that old.
 */
export class Tombstones {
  private readonly versions = new Map<string, string>();

  /** `version` is the one at which the object left; `for good` for one that will not return at any version. */
  bury(uid: string | undefined, version: string | undefined): void {
    if (uid === undefined || version === undefined || this.versions.get(uid) === FOR_GOOD) return;
    this.versions.delete(uid);
    this.versions.set(uid, version);
    if (this.versions.size > CAPACITY) this.versions.delete(this.versions.keys().next().value as string);
  }

  /** True for a state of an object from before it left. */
  refuse(uid: string | undefined, version: string | undefined): boolean {
    const buried = uid === undefined ? undefined : this.versions.get(uid);
    if (buried === undefined) return false;
    if (buried === FOR_GOOD) return true;
    // An object that left a selector may come back, newer.
    return (compareVersions(version, buried) ?? 1) <= 0;
  }

  clear(): void {
    this.versions.clear();
  }
}
