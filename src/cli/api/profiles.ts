import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError, UserError } from '../run-program';
import { notFound } from './refused';

/** A control plane, and who one is there. */
export interface Profile {
  readonly url: string;
  /** PEM; null trusts the system's authorities. */
  readonly ca: string | null;
  readonly apiKeyId: string;
  /** Null: it lies in `secretFile`, which is read at each log-in. */
  readonly secret: string | null;
  readonly secretFile: string | null;
}

/** A session that is kept between commands. */
export interface KeptSession {
  /** Undefined where there is none that is good for a while. */
  read(): string | undefined;
  /** @param validUntil seconds since the epoch */
  write(jwt: string, validUntil: number): void;
  forget(): void;
}

/** How long before its end a kept session is used no more. */
export const SESSION_LEFT_MS = 5 * 60_000;

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** The profiles of whoever runs the program, each in a file that only they can read. */
export class Profiles {
  constructor(
    private readonly folder: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** Below `XDG_CONFIG_HOME`, else below `~/.config`. */
  static of(environment: NodeJS.ProcessEnv): Profiles {
    return new Profiles(join(environment.XDG_CONFIG_HOME || join(homedir(), '.config'), 'worker-pools'));
  }

  /** By name. */
  names(): string[] {
    try {
      const files = readdirSync(join(this.folder, 'profiles'));
      return files.flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : [])).sort();
    } catch {
      return [];
    }
  }

  /** The name of the one in use; undefined: none is. */
  get current(): string | undefined {
    const name = readOwn(join(this.folder, 'current'))?.trim();
    return name !== undefined && this.names().includes(name) ? name : undefined;
  }

  /** @throws UserError where there is none of that name, or others can read it */
  get(name: string): Profile {
    const text = readOwn(this.path(name));
    if (text !== undefined) return JSON.parse(text) as Profile;
    const others = this.names().join(', ');
    throw notFound(
      `there is no profile ${name}${others && ` (there are ${others})`}: make it with worker-pools profile login ${name}`,
    );
  }

  find(name: string): Profile | undefined {
    return this.names().includes(name) ? this.get(name) : undefined;
  }

  /** @throws UserError for what cannot be a name */
  check(name: string): void {
    this.path(name);
  }

  set(name: string, profile: Profile): void {
    this.session(name, profile).forget();
    this.write(this.path(name), JSON.stringify(profile, null, 2));
  }

  use(name: string): void {
    this.get(name);
    this.write(join(this.folder, 'current'), name);
  }

  delete(name: string): void {
    this.get(name);
    const wasCurrent = this.current === name;
    rmSync(this.path(name));
    rmSync(this.sessionPath(name), { force: true });
    if (wasCurrent) rmSync(join(this.folder, 'current'));
  }

  /** Where the session of a profile is kept; that of another address or key counts for nothing. */
  session(name: string, profile: Profile): KeptSession {
    const path = this.sessionPath(name);
    const of = createHash('sha256').update(JSON.stringify(profile)).digest('base64url');
    return {
      read: () => {
        const kept = parsed(readOwn(path));
        const isGood = kept?.of === of && kept.validUntil * 1000 - SESSION_LEFT_MS > this.now();
        return isGood ? kept.jwt : undefined;
      },
      // One that cannot be kept is begun anew by the next command: profiles may lie where nothing can be written.
      write: (jwt, validUntil) => unlessUnwritable(() => this.write(path, JSON.stringify({ of, jwt, validUntil }))),
      forget: () => unlessUnwritable(() => rmSync(path, { force: true })),
    };
  }

  private path(name: string): string {
    if (NAME.test(name)) return join(this.folder, 'profiles', `${name}.json`);
    throw new UsageError(`profile name ${JSON.stringify(name)}: letters, digits, dot, dash and underscore, at most 63`);
  }

  private sessionPath(name: string): string {
    return join(this.folder, 'sessions', `${name}.json`);
  }

  /** Whole or not at all, for nobody else to read at any time. */
  private write(path: string, text: string): void {
    try {
      mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
      const fresh = `${path}.${process.pid}`;
      writeFileSync(fresh, `${text}\n`, { mode: 0o600 });
      renameSync(fresh, path);
    } catch (error) {
      throw new UserError(`${path} cannot be written: ${(error as NodeJS.ErrnoException).code}`);
    }
  }
}

function unlessUnwritable(write: () => void): void {
  try {
    write();
  } catch {
    // As said above.
  }
}

interface Kept {
  readonly of: string;
  readonly jwt: string;
  readonly validUntil: number;
}

function parsed(text: string | undefined): Kept | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Kept);
  } catch {
    return undefined;
  }
}

/** Undefined where there is no such file. @throws UserError for one that others can read or change */
function readOwn(path: string): string | undefined {
  try {
    const { mode } = statSync(path);
    if (process.platform === 'win32' || (mode & 0o077) === 0) return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError(`${path} cannot be read: ${code}`);
  }
  throw new UserError(`${path} can be read by others: make it yours alone with chmod 600 ${path}`);
}
