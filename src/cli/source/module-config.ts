import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { UserError } from '../run-program';

/** Where a source says what its versions are. */
const CONFIG = '.spacelift/config.yml';

/** As Spacelift has it; of a test there is more, which is not carried out here. */
const Config = z.looseObject({
  module_version: z.string().optional(),
  tests: z.array(z.looseObject({ name: z.string().optional(), project_root: z.string().optional() })).optional(),
});

export interface ModuleConfig {
  readonly number: string | undefined;
  /** Folders inside the source. */
  readonly tests: readonly string[];
  /** What it says that nobody here goes by. */
  readonly unknown: readonly string[];
}

/** What a source says of itself. @throws UserError for a file that is not in order, or wants what would be left undone */
export function moduleConfig(folder: string): ModuleConfig {
  const path = join(folder, CONFIG);
  if (!existsSync(path)) return { number: undefined, tests: [], unknown: [] };
  const read = Config.safeParse(parsed(path));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new UserError(`${path}: ${issue?.path.join('.') || 'it'} is not as it must be: ${issue?.message}`);
  }
  const tests = read.data.tests ?? [];
  const negative = tests.findIndex((test) => test.negative === true);
  if (negative >= 0) {
    const name = tests[negative]?.name ?? `tests[${negative}]`;
    throw new UserError(`${path}: the test ${name} is to fail (negative), which tests cannot be here: take it out`);
  }
  return {
    number: read.data.module_version,
    tests: tests.map(({ project_root: root }) => root ?? ''),
    unknown: [
      ...keysBeside(read.data, ['version', 'module_version', 'tests']),
      ...new Set(
        tests.flatMap((test) => keysBeside(test, ['name', 'project_root', 'negative'])).map((key) => `tests.${key}`),
      ),
    ],
  };
}

const keysBeside = (all: object, known: readonly string[]): string[] =>
  Object.keys(all).filter((key) => !known.includes(key));

function parsed(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8')) ?? {};
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${(error as Error).message.split('\n', 1)[0]}`);
  }
}
