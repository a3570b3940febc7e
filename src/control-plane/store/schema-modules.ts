import type { Generated } from 'kysely';
import type { ModuleVersionState } from './records';

/** What a module has beside what stacks have, by the id of its row among them. */
export interface ModuleRow {
  id: string;
  name: string;
  provider: string;
  space: string;
  description: string | null;
  /** JSON. */
  labels: string;
  updatedAt: number;
}

export interface ModuleVersionRow {
  position: Generated<number>;
  id: string;
  moduleId: string;
  number: string;
  state: ModuleVersionState;
  /** Blob, or a name for that it is a commit of `repository`. */
  source: string;
  /** URL; null where the source was uploaded. */
  repository: string | null;
  commitSha: string | null;
  projectRoot: string;
  createdAt: number;
  yankedAt: Generated<number | null>;
  yankNote: Generated<string | null>;
}

export interface ModuleTestRow {
  /** Its run, which may be gone already. */
  runId: string;
  versionId: string;
  /** Folder inside the source. */
  projectRoot: string;
  /** 0 or 1; null: it has not ended. */
  passed: Generated<number | null>;
}
