import { sql, type Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** What versions before this numbering did to SQLite files, counted by PRAGMA user_version: those files go on here. */
const SQLITE_STEPS: readonly string[] = [
  `
  CREATE TABLE pools (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    labels TEXT NOT NULL,
    space TEXT NOT NULL,
    driftDetectionRunLimit INTEGER NOT NULL,
    config TEXT NOT NULL,
    certificate TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0,
    createdAt INTEGER NOT NULL,
    updatedAt INTEGER NOT NULL,
    deletedAt INTEGER
  ) STRICT;

  CREATE TABLE workers (
    id TEXT PRIMARY KEY,
    poolId TEXT NOT NULL REFERENCES pools (id),
    sessionId TEXT NOT NULL,
    name TEXT NOT NULL,
    metadata TEXT NOT NULL,
    revision INTEGER NOT NULL,
    drained INTEGER NOT NULL DEFAULT 0,
    retiring INTEGER NOT NULL DEFAULT 0,
    removedAt INTEGER,
    createdAt INTEGER NOT NULL,
    availableAt INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX workersOfSession ON workers (poolId, sessionId, revision);

  CREATE TABLE stacks (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    poolId TEXT NOT NULL REFERENCES pools (id),
    tool TEXT NOT NULL,
    projectRoot TEXT NOT NULL,
    runnerImage TEXT,
    autoDeploy INTEGER NOT NULL,
    environment TEXT NOT NULL,
    source TEXT,
    createdAt INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE runs (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    stackId TEXT NOT NULL REFERENCES stacks (id),
    poolId TEXT NOT NULL REFERENCES pools (id),
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    autoDeploy INTEGER NOT NULL,
    source TEXT NOT NULL,
    workspace TEXT,
    attempt INTEGER NOT NULL DEFAULT 0,
    hasChanges INTEGER,
    reason TEXT,
    message TEXT NOT NULL DEFAULT '',
    exitCode INTEGER,
    stopReason TEXT,
    createdAt INTEGER NOT NULL,
    updatedAt INTEGER NOT NULL,
    finishedAt INTEGER
  ) STRICT;
  CREATE INDEX runsWaiting ON runs (poolId, state, position);
  CREATE INDEX runsOfStack ON runs (stackId, state, position);

  CREATE TABLE assignments (
    fence INTEGER PRIMARY KEY AUTOINCREMENT,
    runId TEXT NOT NULL REFERENCES runs (id),
    attempt INTEGER NOT NULL,
    stage TEXT NOT NULL,
    workerId TEXT NOT NULL,
    poolId TEXT NOT NULL,
    sessionId TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    startDeadline INTEGER NOT NULL,
    startedAt INTEGER,
    podUid TEXT,
    endedAt INTEGER,
    endedBy TEXT,
    releasedAt INTEGER,
    UNIQUE (runId, attempt)
  ) STRICT;
  -- The two rules that no race may break: a worker holds one run, and a run has one attempt under way.
  CREATE UNIQUE INDEX oneAssignmentPerWorker ON assignments (workerId) WHERE releasedAt IS NULL;
  CREATE UNIQUE INDEX oneAttemptPerRun ON assignments (runId) WHERE endedAt IS NULL;

  CREATE TABLE logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    runId TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    writer TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    time INTEGER NOT NULL,
    stream TEXT NOT NULL,
    step TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (runId, attempt, writer, sequence)
  ) STRICT;
  CREATE INDEX logsOfRun ON logs (runId, id);
  `,
  `
  -- What a pool had before a reset: good for finishing the attempts that had started with it, and for nothing else.
  CREATE TABLE formerCredentials (
    poolId TEXT NOT NULL REFERENCES pools (id),
    fingerprint TEXT NOT NULL,
    certificate TEXT NOT NULL,
    replacedAt INTEGER NOT NULL,
    PRIMARY KEY (poolId, fingerprint)
  ) STRICT;
  `,
  `
  ALTER TABLE stacks ADD COLUMN deletedAt INTEGER;
  `,
  `
  ALTER TABLE runs ADD COLUMN stopAskedAt INTEGER;
  `,
];

/** Higher than any that those versions know, so that they refuse the file. */
const NUMBERED_BY_NAME = 1000;

/** COLLATE "C": ordered as SQLite does. */
const POSTGRES = `
  CREATE TABLE pools (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    labels TEXT COLLATE "C" NOT NULL,
    space TEXT COLLATE "C" NOT NULL,
    "driftDetectionRunLimit" BIGINT NOT NULL,
    config TEXT COLLATE "C" NOT NULL,
    certificate TEXT COLLATE "C" NOT NULL,
    fingerprint TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL DEFAULT 0,
    "createdAt" BIGINT NOT NULL,
    "updatedAt" BIGINT NOT NULL,
    "deletedAt" BIGINT
  );

  CREATE TABLE workers (
    id TEXT COLLATE "C" PRIMARY KEY,
    "poolId" TEXT COLLATE "C" NOT NULL REFERENCES pools (id),
    "sessionId" TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    drained BIGINT NOT NULL DEFAULT 0,
    retiring BIGINT NOT NULL DEFAULT 0,
    "removedAt" BIGINT,
    "createdAt" BIGINT NOT NULL,
    "availableAt" BIGINT NOT NULL
  );
  CREATE INDEX "workersOfSession" ON workers ("poolId", "sessionId", revision);

  CREATE TABLE stacks (
    id TEXT COLLATE "C" PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    "poolId" TEXT COLLATE "C" NOT NULL REFERENCES pools (id),
    tool TEXT COLLATE "C" NOT NULL,
    "projectRoot" TEXT COLLATE "C" NOT NULL,
    "runnerImage" TEXT COLLATE "C",
    "autoDeploy" BIGINT NOT NULL,
    environment TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C",
    "createdAt" BIGINT NOT NULL,
    "deletedAt" BIGINT
  );

  CREATE TABLE runs (
    position BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    id TEXT COLLATE "C" NOT NULL UNIQUE,
    "stackId" TEXT COLLATE "C" NOT NULL REFERENCES stacks (id),
    "poolId" TEXT COLLATE "C" NOT NULL REFERENCES pools (id),
    type TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    "autoDeploy" BIGINT NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    workspace TEXT COLLATE "C",
    attempt BIGINT NOT NULL DEFAULT 0,
    "hasChanges" BIGINT,
    reason TEXT COLLATE "C",
    message TEXT COLLATE "C" NOT NULL DEFAULT '',
    "exitCode" BIGINT,
    "stopReason" TEXT COLLATE "C",
    "stopAskedAt" BIGINT,
    "createdAt" BIGINT NOT NULL,
    "updatedAt" BIGINT NOT NULL,
    "finishedAt" BIGINT
  );
  CREATE INDEX "runsWaiting" ON runs ("poolId", state, position);
  CREATE INDEX "runsOfStack" ON runs ("stackId", state, position);

  CREATE TABLE assignments (
    fence BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    "runId" TEXT COLLATE "C" NOT NULL REFERENCES runs (id),
    attempt BIGINT NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    "workerId" TEXT COLLATE "C" NOT NULL,
    "poolId" TEXT COLLATE "C" NOT NULL,
    "sessionId" TEXT COLLATE "C" NOT NULL,
    "createdAt" BIGINT NOT NULL,
    "startDeadline" BIGINT NOT NULL,
    "startedAt" BIGINT,
    "podUid" TEXT COLLATE "C",
    "endedAt" BIGINT,
    "endedBy" TEXT COLLATE "C",
    "releasedAt" BIGINT,
    UNIQUE ("runId", attempt)
  );
  CREATE UNIQUE INDEX "oneAssignmentPerWorker" ON assignments ("workerId") WHERE "releasedAt" IS NULL;
  CREATE UNIQUE INDEX "oneAttemptPerRun" ON assignments ("runId") WHERE "endedAt" IS NULL;

  CREATE TABLE logs (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    "runId" TEXT COLLATE "C" NOT NULL,
    attempt BIGINT NOT NULL,
    writer TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    time BIGINT NOT NULL,
    stream TEXT COLLATE "C" NOT NULL,
    step TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    UNIQUE ("runId", attempt, writer, sequence)
  );
  CREATE INDEX "logsOfRun" ON logs ("runId", id);

  CREATE TABLE "formerCredentials" (
    "poolId" TEXT COLLATE "C" NOT NULL REFERENCES pools (id),
    fingerprint TEXT COLLATE "C" NOT NULL,
    certificate TEXT COLLATE "C" NOT NULL,
    "replacedAt" BIGINT NOT NULL,
    PRIMARY KEY ("poolId", fingerprint)
  );
`;

export async function initial(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  if (dialect === 'postgres') return statements(db, POSTGRES);
  const { rows } = await sql<{ user_version: number }>`PRAGMA user_version`.execute(db);
  const done = rows[0]!.user_version;
  if (done > SQLITE_STEPS.length) throw new Error(`this database has a schema of unknown number ${done}`);
  for (const step of SQLITE_STEPS.slice(done)) await statements(db, step);
  await statements(db, `PRAGMA user_version = ${NUMBERED_BY_NAME}`);
}
