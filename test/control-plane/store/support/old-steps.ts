/** How versions before the migrations had names made their databases, counted by PRAGMA user_version. */
export const OLD_STEPS: readonly string[] = [
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
  `ALTER TABLE stacks ADD COLUMN deletedAt INTEGER`,
  'ALTER TABLE runs ADD COLUMN stopAskedAt INTEGER;',
];
