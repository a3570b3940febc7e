import { isUtf8 } from 'node:buffer';
import { lstatSync, readdirSync, readFileSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../run-program';
import { IGNORE_FILE, IgnoreRules } from './ignore';
import { isWithin, judgeLink, type Link } from './links';

/** What a folder holds, by what becomes of it in a push. All paths are from the folder, with `/` between names. */
export interface Survey {
  /** The folder, with no link in its path. */
  readonly root: string;
  /** Files, folders and links that go along. */
  readonly entries: readonly string[];
  readonly files: number;
  /** Of the files, before they are compressed. */
  readonly bytes: number;
  readonly leftOut: {
    readonly byDefault: readonly string[];
    readonly byFile: readonly string[];
    /** Sockets, pipes and devices. */
    readonly special: readonly string[];
  };
  /** Links that go along, wherever they lead. */
  readonly links: readonly Link[];
  /** Names whose bytes are no UTF-8, each with `\xNN` for those that are not. */
  readonly unspeakable: readonly string[];
  /** Rules of the ignore file that name a folder but not what is in it. */
  readonly halfRules: readonly { readonly rule: string; readonly folder: string }[];
}

/** Looks through a folder as `push` would take it, and reads nothing in it but the ignore file. */
export function surveySource(folder: string): Survey {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`--source: there is no folder ${folder}`);
  const root = realpathSync(folder);
  const surveyor = new Surveyor(root, new IgnoreRules(ignoreFile(root)));
  surveyor.look('');
  return surveyor.survey;
}

class Surveyor {
  private readonly entries: string[] = [];
  private readonly leftOut = { byDefault: [] as string[], byFile: [] as string[], special: [] as string[] };
  private readonly links: Link[] = [];
  private readonly unspeakable: string[] = [];
  private readonly halfRules: { rule: string; folder: string }[] = [];
  private files = 0;
  private bytes = 0;

  constructor(
    private readonly root: string,
    private readonly rules: IgnoreRules,
  ) {}

  get survey(): Survey {
    const { root, entries, files, bytes, leftOut, links, unspeakable, halfRules } = this;
    return { root, entries, files, bytes, leftOut, links, unspeakable, halfRules };
  }

  /** @param folder '' for the root, else with a slash at its end */
  look(folder: string): void {
    for (const entry of readFolder(join(this.root, folder))) {
      const path = folder + entry.name.toString();
      if (entry.isDirectory()) this.lookInto(path, entry.name);
      else this.take(path, entry);
    }
  }

  private lookInto(path: string, name: Buffer): void {
    const all = this.rules.judge(`${path}/`);
    if (all.isLeftOut && all.isFinal) {
      this.leaveOut(`${path}/`, all.byFile);
      return;
    }
    const itself = this.rules.judge(path);
    if (itself.isLeftOut && itself.rule !== undefined && !all.isLeftOut && all.rule === undefined) {
      this.halfRules.push({ rule: itself.rule, folder: path });
    }
    if (!this.speak(path, name)) return;
    const at = this.entries.length;
    this.look(`${path}/`);
    // Before what is in it; a folder that is left out comes along only as the place of what was taken back.
    if (!itself.isLeftOut && !all.isLeftOut) this.entries.splice(at, 0, path);
  }

  private take(path: string, entry: Dirent<Buffer>): void {
    const { isLeftOut, byFile } = this.rules.judge(path);
    if (isLeftOut) this.leaveOut(path, byFile);
    else if (!entry.isFile() && !entry.isSymbolicLink()) this.leftOut.special.push(path);
    else if (this.speak(path, entry.name)) {
      this.entries.push(path);
      this.files += 1;
      if (entry.isSymbolicLink()) this.links.push(judgeLink(this.root, path));
      else this.bytes += lstatSync(join(this.root, path)).size;
    }
  }

  private leaveOut(path: string, byFile: boolean): void {
    this.leftOut[byFile ? 'byFile' : 'byDefault'].push(path);
  }

  /** Whether an archive can hold the name. */
  private speak(path: string, name: Buffer): boolean {
    if (isUtf8(name)) return true;
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    this.unspeakable.push(folder + name.toString('latin1').replace(/[\x80-\xff]/g, (byte) => `\\x${byteOf(byte)}`));
    return false;
  }
}

function byteOf(character: string): string {
  return character.charCodeAt(0).toString(16);
}

/** Sorted, so that the same folder gives the same archive. */
function readFolder(path: string): Dirent<Buffer>[] {
  try {
    const entries = readdirSync(path, { encoding: 'buffer', withFileTypes: true });
    return entries.sort((a, b) => Buffer.compare(a.name, b.name));
  } catch (error) {
    throw new UserError(`--source: ${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** Not read when it is a link that leads out of the folder. */
function ignoreFile(root: string): string {
  const path = join(root, IGNORE_FILE);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile() || !isWithin(root, realpathSync(path))) return '';
  return readFileSync(path, 'utf8');
}
