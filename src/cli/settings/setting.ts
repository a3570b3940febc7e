import type { Kind } from './kinds';

/** A value as it is written in the file. */
type Written = string | number | boolean | readonly string[] | undefined;

/** One thing that a program can be told: a flag, a variable and a key of its file are made from this. */
export interface Setting<T = unknown> {
  readonly kind: Kind<NonNullable<T>>;
  /** A part of a sentence, as in the help of a flag. */
  readonly help: string;
  /** As it is written in the file; undefined where nothing applies. */
  readonly default: Written;
  /** What applies where nothing is said, in words, where that is no fixed value. */
  readonly otherwise: string | undefined;
  /** A name for the flag that differs from the key's. */
  readonly flag: string | undefined;
  /** The help of a flag that switches it off. */
  readonly off: string | undefined;
  /** Neither a flag nor in the file, because other users of the machine see those; never shown. */
  readonly isSecret: boolean;
}

/** Settings by their keys; a dot leads into a section of the file. */
export type Settings = Readonly<Record<string, Setting>>;

/** What was decided, by the same keys. */
export type Values<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

interface Further {
  readonly otherwise?: string;
  readonly flag?: string;
  readonly off?: string;
  readonly isSecret?: boolean;
}

/** A setting that always has a value. */
export function setting<T extends NonNullable<unknown>>(
  kind: Kind<T>,
  help: string,
  usual: Written,
  further: Further = {},
): Setting<T> {
  const { otherwise, flag, off, isSecret = false } = further;
  return { kind, help, default: usual, otherwise, flag, off, isSecret };
}

/** A setting that may have no value. */
export const optional: <T extends NonNullable<unknown>>(
  kind: Kind<T>,
  help: string,
  further?: Further,
) => Setting<T | undefined> = (kind, help, further) => setting(kind, help, undefined, further);

const words = (key: string): string[] => key.replaceAll(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`).split('.');

/** `blobs.s3.forcePathStyle` as `--blobs-s3-force-path-style <...>`; undefined for a secret. */
export function flagsOf(key: string, { kind, default: usual, flag, isSecret }: Setting): string | undefined {
  if (isSecret) return undefined;
  const name = flag ?? words(key).join('-');
  if (kind.placeholder !== undefined) return `--${name} <${kind.placeholder}>`;
  return usual === true ? `--no-${name}` : `--${name}`;
}

/** `blobs.s3.forcePathStyle` as `WORKER_POOLS_BLOBS_S3_FORCE_PATH_STYLE`. */
export const variableOf = (key: string): string => `WORKER_POOLS_${words(key).join('_').toUpperCase()}`;
