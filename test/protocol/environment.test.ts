import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import {
  environmentProblems,
  environmentRefusal,
  LARGEST_ENVIRONMENT,
  LONGEST_VARIABLE,
} from '../../src/protocol/environment';

const problemOf = (name: string, value = 'value') => environmentProblems({ [name]: value });

describe('the variables of a stack', () => {
  test.each([
    'TF_VAR_region',
    'TF_VAR_vpc-cidr',
    'npm_config_@corp:registry',
    'my.name',
    '7',
    'ÜBER',
    '-i',
    '__proto__',
  ])('may be named %s', (name) => expect(problemOf(name)).toEqual([]));

  test.each(['PATH', 'UID', 'PPID', 'IFS', 'SHELLOPTS', 'wp_step', 'LD_PRELOAD', 'SPACELIFT_STACK_NAME'])(
    'may be %s, which is harmless to the run Pod',
    (name) => expect(problemOf(name)).toEqual([]),
  );

  test.each([
    ['', 'Environment variable without a name: '],
    ['A B', 'Environment variable "A B": '],
    ['A=B', 'Environment variable "A=B": '],
    ['A\nB', 'Environment variable "A\\nB": '],
    ['A\0', 'Environment variable "A\\u0000": '],
  ])('cannot be named %j', (name, beginning) => {
    const rule = "a name has at least one character, and no blank, '=' or control character.";
    expect(problemOf(name)).toEqual([{ kind: 'impossible', name, sentence: beginning + rule }]);
  });

  test('cannot hold a NUL, and the sentence about it holds no value', () => {
    const [problem] = problemOf('SECRET', 'h4ck\0me');
    expect(problem).toMatchObject({ kind: 'impossible', name: 'SECRET' });
    expect(problem?.sentence).toMatch(/^Environment variable SECRET: its value has a NUL character/);
    expect(problem?.sentence).not.toContain('h4ck');
  });

  test.each([
    ['SPACELIFT_LAUNCHER_RUN_TIMEOUT', 'workerContainer.env'],
    ['SPACELIFT_LAUNCHER_LOGS_TIMEOUT', 'workerContainer.env'],
    ['SPACELIFT_MASK_ENVS', 'workerContainer.env'],
    ['SPACELIFT_DEBUG', 'workerContainer.env'],
    ['SPACELIFT_RUN_LOGS_ON_STANDARD_OUTPUT_ENABLED', 'workerContainer.env'],
    ['SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY', 'initContainer.env'],
    ['WORKER_POOLS_STOP_GRACE_SECONDS', 'what a run Pod says of itself'],
  ])('cannot be %s, which is not theirs to set', (name, where) => {
    expect(problemOf(name)).toEqual([{ kind: 'of-the-pool', name, sentence: expect.stringContaining(where) }]);
  });

  test('are named one by one, each with its own sentence', () => {
    const names = environmentProblems({ 'A B': '', GOOD: '1', SPACELIFT_DEBUG: 'true' }).map(({ name }) => name);
    expect(names).toEqual(['A B', 'SPACELIFT_DEBUG']);
  });
});

test('a message about many variables, however they are named, stays short', () => {
  const names = Array.from({ length: 9 }, (_, index) => `WORKER_POOLS_${index}_${'x'.repeat(1000)}`);
  const refusal = environmentRefusal(Object.fromEntries(names.map((name) => [name, ''])));
  expect(refusal).toMatch(/And 4 more variables cannot be set\.$/);
  expect(refusal?.length).toBeLessThan(2000);
  expect(environmentRefusal({ GOOD: '1' })).toBeUndefined();
});

describe('the size of a variable', () => {
  const name = 'TF_VAR_rules';
  /** A value with which the variable has so many bytes as the kernel counts them. */
  const valueOf = (bytes: number): string => 'x'.repeat(bytes - name.length - 2);
  const starts = (value: string): boolean => spawnSync('true', { env: { [name]: value } }).error === undefined;

  test('may be what Linux takes at most, and no program starts with more', () => {
    const [most, more] = [valueOf(LONGEST_VARIABLE), valueOf(LONGEST_VARIABLE + 1)];
    expect([starts(most), starts(more)]).toEqual([true, false]);
    expect(problemOf(name, most)).toEqual([]);
    expect(problemOf(name, more)).toMatchObject([{ kind: 'impossible', name }]);
  });

  test('that is too much is told with the limit and the way out', () => {
    const [problem] = problemOf(name, valueOf(150_014));
    expect(problem?.sentence).toBe(
      'Environment variable TF_VAR_rules has 150,014 bytes with its name; Linux starts no program with more than 131,072 in one variable. Put large values into a file of the source, such as terraform.tfvars.',
    );
  });

  test('counts bytes, not characters', () => {
    expect(problemOf(name, 'é'.repeat(70_000))).toHaveLength(1);
  });
});

describe('the size of all variables', () => {
  /** Variables that make so many bytes together. */
  const ofBytes = (total: number): Record<string, string> => {
    const bytesOfAll = 16;
    const each = total / bytesOfAll;
    const name = (index: number): string => `V${String(index).padStart(2, '0')}`;
    const value = 'x'.repeat(each - 3 - 2 - 8);
    return Object.fromEntries(Array.from({ length: bytesOfAll }, (_, index) => [name(index), value]));
  };

  test('may be the limit, with which a program starts', () => {
    const environment = ofBytes(LARGEST_ENVIRONMENT);
    expect(environmentProblems(environment)).toEqual([]);
    expect(spawnSync('true', { env: environment }).error).toBeUndefined();
  });

  test('that is too much is told with the largest of them and the way out', () => {
    const environment = { ...ofBytes(LARGEST_ENVIRONMENT), LARGEST: 'x'.repeat(130_000) };
    expect(environmentProblems(environment)).toEqual([
      {
        kind: 'impossible',
        name: 'LARGEST',
        sentence:
          'The environment variables have 1,702,881 bytes together; at most 1,572,864 fit. The largest is LARGEST with 130,009. Put large values into a file of the source, such as terraform.tfvars.',
      },
    ]);
  });
});
