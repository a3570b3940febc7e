import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/**
 * Leases as rows, runs that know whether it is their turn, workers that know what holds them, logs with positions of
 * their own in each run, and indexes that leave the history out.
 */
export async function ground(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const int = dialect === 'sqlite' ? 'INTEGER' : 'BIGINT';
  const strict = dialect === 'sqlite' ? 'STRICT' : '';
  const text = dialect === 'sqlite' ? 'TEXT' : 'TEXT COLLATE "C"';
  for (const part of [leases, workers, runs, logs]) await statements(db, part({ int, text, strict }));
}

interface Types {
  readonly int: string;
  readonly text: string;
  readonly strict: string;
}

const leases = ({ int, text, strict }: Types) => `
  CREATE TABLE "sessions" (
    "poolId" ${text} NOT NULL REFERENCES "pools" ("id"),
    "sessionId" ${text} NOT NULL,
    "heardLease" ${int} NOT NULL,
    "term" ${int},
    "termHeardLease" ${int},
    "syncs" ${int} NOT NULL,
    "syncedLease" ${int},
    PRIMARY KEY ("poolId", "sessionId")
  ) ${strict};
  CREATE INDEX "sessionsByWord" ON "sessions" ("heardLease");
  CREATE TABLE "leaseClock" ("id" ${int} PRIMARY KEY, "reading" ${int} NOT NULL, "movedAt" ${int} NOT NULL) ${strict};
  INSERT INTO "leaseClock" ("id", "reading", "movedAt") VALUES (1, 0, 0);
  ALTER TABLE "assignments" ADD COLUMN "madeLease" ${int} NOT NULL DEFAULT 0;
  ALTER TABLE "assignments" ADD COLUMN "startedLease" ${int};
  ALTER TABLE "assignments" ADD COLUMN "heardLease" ${int};
  ALTER TABLE "assignments" ADD COLUMN "observedSync" ${int};
  CREATE INDEX "assignmentsUnderWay" ON "assignments" ("fence") WHERE "endedAt" IS NULL;
  CREATE INDEX "assignmentsHeld" ON "assignments" ("poolId", "sessionId") WHERE "releasedAt" IS NULL;
  INSERT INTO "sessions" ("poolId", "sessionId", "heardLease", "syncs")
    SELECT DISTINCT "poolId", "sessionId", 0, 0 FROM "workers" WHERE "removedAt" IS NULL;
`;

const workers = ({ int, text }: Types) => `
  ALTER TABLE "workers" ADD COLUMN "forgottenAt" ${int};
  ALTER TABLE "workers" ADD COLUMN "runId" ${text};
  ALTER TABLE "workers" ADD COLUMN "fence" ${int};
  UPDATE "workers" SET
    "runId" = (SELECT a."runId" FROM "assignments" a WHERE a."workerId" = "workers"."id" AND a."releasedAt" IS NULL),
    "fence" = (SELECT a."fence" FROM "assignments" a WHERE a."workerId" = "workers"."id" AND a."releasedAt" IS NULL);
  CREATE INDEX "workersOfPool" ON "workers" ("poolId", "revision");
  CREATE INDEX "workersIdle" ON "workers" ("poolId", "runId", "drained", "retiring", "createdAt", "id")
    WHERE "runId" IS NULL AND "removedAt" IS NULL AND "forgottenAt" IS NULL AND "drained" = 0 AND "retiring" = 0;
  CREATE INDEX "workersPresent" ON "workers" ("poolId", "createdAt", "id")
    WHERE "removedAt" IS NULL AND "forgottenAt" IS NULL;
  CREATE INDEX "workersRemoved" ON "workers" ("removedAt") WHERE "removedAt" IS NOT NULL;
  CREATE INDEX "workersForgotten" ON "workers" ("forgottenAt") WHERE "forgottenAt" IS NOT NULL;
`;

const IN_PROGRESS = `'PREPARING', 'PLANNING', 'UNCONFIRMED', 'CONFIRMED', 'PREPARING_APPLY', 'APPLYING'`;

/*
 * Indexes of few rows among many have the columns of their conditions, too: SQLite knows no numbers of rows, and takes the
 * index with the most columns that a query names.
 */
const runs = ({ int }: Types) => `
  ALTER TABLE "runs" ADD COLUMN "ready" ${int} NOT NULL DEFAULT 0;
  ALTER TABLE "runs" ADD COLUMN "holding" ${int} NOT NULL DEFAULT 0;
  ALTER TABLE "runs" ADD COLUMN "logPosition" ${int} NOT NULL DEFAULT 0;
  ALTER TABLE "runs" ADD COLUMN "logBytes" ${int} NOT NULL DEFAULT 0;
  UPDATE "runs" SET "ready" = 1 WHERE "state" = 'CONFIRMED' OR ("state" = 'QUEUED' AND ("type" <> 'TRACKED' OR NOT EXISTS (
    SELECT 1 FROM "runs" o WHERE o."stackId" = "runs"."stackId" AND o."type" = 'TRACKED'
      AND (o."state" IN (${IN_PROGRESS}) OR (o."state" = 'QUEUED' AND o."position" < "runs"."position")))));
  UPDATE "runs" SET "holding" = 1 WHERE "type" = 'TRACKED' AND "state" IN ('PLANNING', 'APPLYING');
  DROP INDEX "runsWaiting";
  DROP INDEX "runsOfStack";
  CREATE INDEX "runsReady" ON "runs" ("poolId", "ready", "state", "position") WHERE "ready" = 1;
  CREATE INDEX "runsUnfinished" ON "runs" ("finishedAt", "poolId", "state") WHERE "finishedAt" IS NULL;
  CREATE INDEX "runsOfStackUnfinished" ON "runs" ("stackId", "finishedAt", "type", "position") WHERE "finishedAt" IS NULL;
  CREATE INDEX "runsHolding" ON "runs" ("stackId", "holding") WHERE "holding" = 1;
  CREATE INDEX "runsOfStack" ON "runs" ("stackId", "position");
  CREATE INDEX "runsOfPool" ON "runs" ("poolId", "position");
  CREATE INDEX "runsFinished" ON "runs" ("finishedAt") WHERE "finishedAt" IS NOT NULL;
  CREATE INDEX "runsWithLog" ON "runs" ("finishedAt") WHERE "finishedAt" IS NOT NULL AND "logPosition" > 0;
  CREATE INDEX "runsBySource" ON "runs" ("source") WHERE "finishedAt" IS NULL;
  CREATE INDEX "runsByWorkspace" ON "runs" ("workspace") WHERE "workspace" IS NOT NULL;
`;

const logs = ({ int, text, strict }: Types) => `
  CREATE TABLE "logWriters" (
    "runId" ${text} NOT NULL,
    "attempt" ${int} NOT NULL,
    "writer" ${text} NOT NULL,
    "sequence" ${int} NOT NULL,
    PRIMARY KEY ("runId", "attempt", "writer")
  ) ${strict};
  INSERT INTO "logWriters" ("runId", "attempt", "writer", "sequence")
    SELECT "runId", "attempt", "writer", max("sequence") FROM "logs" GROUP BY "runId", "attempt", "writer";
  ALTER TABLE "logs" RENAME TO "formerLogs";
  CREATE TABLE "logs" (
    "runId" ${text} NOT NULL,
    "position" ${int} NOT NULL,
    "attempt" ${int} NOT NULL,
    "writer" ${text} NOT NULL,
    "sequence" ${int} NOT NULL,
    "time" ${int} NOT NULL,
    "stream" ${text} NOT NULL,
    "step" ${text} NOT NULL,
    "text" ${text} NOT NULL,
    PRIMARY KEY ("runId", "position")
  ) ${strict};
  INSERT INTO "logs" ("runId", "position", "attempt", "writer", "sequence", "time", "stream", "step", "text")
    SELECT "runId", "id", "attempt", "writer", "sequence", "time", "stream", "step", "text" FROM "formerLogs";
  DROP TABLE "formerLogs";
  UPDATE "runs" SET
    "logPosition" = coalesce((SELECT max("position") FROM "logs" WHERE "logs"."runId" = "runs"."id"), 0),
    "logBytes" = coalesce((SELECT sum(length("text")) FROM "logs" WHERE "logs"."runId" = "runs"."id"), 0);
`;
