import type { Generated } from 'kysely';

/* Columns as in schema.ts: what runs have and tell of their stacks, and what stacks have for each other. */

export interface PlanChangesRow {
  /** The run. */
  id: string;
  /** JSON. */
  counts: string;
  /** Encrypted (secrets.ts). */
  lists: string;
}

export interface StackDependencyRow {
  id: string;
  stackId: string;
  dependsOnStackId: string;
  createdAt: number;
}

export interface RunDependencyRow {
  /** Of a queued run. */
  runId: string;
  /** Of an unfinished run that it waits for. */
  dependsOnRunId: string;
  /** Whether it goes only if one that it waits for has something new for it. */
  isConditional: Generated<number>;
}

export interface StackOutputsRow {
  /** The stack. */
  id: string;
  runId: string;
  takenAt: number;
  /** JSON: when the value of each became what it is, by name. */
  changedAt: string;
  /** Encrypted (secrets.ts). */
  outputs: string;
}

export interface DependencyReferenceRow {
  id: string;
  dependencyId: string;
  /** That which takes the output: none takes two into one variable. */
  stackId: string;
  outputName: string;
  inputName: string;
  triggerAlways: number;
  changedAt: number;
}

export interface RunInputsRow {
  /** The run. */
  id: string;
  /** Encrypted (secrets.ts). */
  inputs: string;
}

/** What a single run has in its environment beside what its stack has. */
export interface RunEnvironmentRow {
  /** Of the run. */
  id: string;
  /** Encrypted (secrets.ts). */
  environment: string;
}
