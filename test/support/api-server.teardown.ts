import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type {} from './api-server.setup';
import { readAuditLog, rightsOf } from './audit-log';
import { rightsOfEverySetting } from './operator-account';
import { ofControllers, rightsAmiss } from './rights-used';

/** What says that only some tests were to run. */
interface Selection {
  readonly testPathPatterns: { readonly patterns: readonly string[] };
  readonly testNamePattern?: string;
  readonly shard?: unknown;
}

/** Jest's globalTeardown of the integration tests; it runs after a failure too. */
export default async function teardown(selection: Selection): Promise<void> {
  const server = globalThis.workerPoolsApiServer;
  if (!server?.auditLog) return;
  await server.stop();
  globalThis.workerPoolsApiServer = undefined;
  const requests = ofControllers(readAuditLog(server.auditLog));
  rmSync(dirname(server.auditLog), { recursive: true });
  if (requests.length === 0) return;
  const isWhole = selection.testPathPatterns.patterns.length === 0 && !selection.testNamePattern && !selection.shard;
  const amiss = rightsAmiss(rightsOf(await rightsOfEverySetting()), requests, isWhole);
  if (amiss.length === 0) return;
  process.stderr.write(`${amiss.join('\n')}\nThe rules are in src/constructs/operator/manifests/rbac-rules.ts.\n`);
  // An error would end Jest before it has reported.
  process.exitCode = 1;
}
