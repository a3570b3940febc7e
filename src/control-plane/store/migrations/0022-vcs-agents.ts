import type { Kysely } from 'kysely';
import type { Dialect } from '../database/database';
import { statements, type Untyped } from './migration';

/** Pools of VCS agents, which agents are connected to which replica, and which replicas there are. */
export async function vcsAgents(db: Kysely<Untyped>, dialect: Dialect): Promise<void> {
  const [int, text, strict] = dialect === 'sqlite' ? ['INTEGER', 'TEXT', 'STRICT'] : ['BIGINT', 'TEXT COLLATE "C"', ''];
  await statements(
    db,
    `
    CREATE TABLE "vcsAgentPools" (
      "id" ${text} PRIMARY KEY,
      "name" ${text} NOT NULL UNIQUE,
      "description" ${text},
      "secretHash" ${text} NOT NULL,
      "createdAt" ${int} NOT NULL,
      "updatedAt" ${int} NOT NULL
    ) ${strict};
    CREATE TABLE "vcsAgents" (
      "id" ${text} NOT NULL,
      "replica" ${text} NOT NULL,
      "poolId" ${text} NOT NULL REFERENCES "vcsAgentPools" ("id") ON DELETE CASCADE,
      "name" ${text} NOT NULL,
      "version" ${text} NOT NULL,
      "address" ${text} NOT NULL,
      "streams" ${int} NOT NULL,
      "connectedAt" ${int} NOT NULL,
      "seenAt" ${int} NOT NULL,
      PRIMARY KEY ("id", "replica")
    ) ${strict};
    CREATE INDEX "vcsAgentsByPool" ON "vcsAgents" ("poolId");
    CREATE TABLE "vcsReplicas" (
      "id" ${text} PRIMARY KEY,
      "seenAt" ${int} NOT NULL
    ) ${strict};
  `,
  );
}
