import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { ApiClient } from '../../../src/cli/api/client';
import type { Connection } from '../../../src/cli/api/connection';
import { createPool, createStack, triggerRun, updateStack } from '../../../src/cli/api/operations';
import { PoolAccess } from '../../../src/launcher/credentials';
import { parseToken } from '../../../src/protocol/token';
import { systemClock } from '../../../src/time';
import { makeKey } from '../../control-plane/support/credentials';
import type { LoadPool } from './controller';
import type { Ledger } from './ledger';

/** Begins as an archive does. */
const NOBODY_UNPACKS_IT = gzipSync('a source');

interface StoredState {
  readonly state: string;
  readonly reason: string | null;
}

interface StoredLine {
  readonly attempt: number;
  readonly writer: string;
  readonly sequence: number;
  readonly text: string;
}

export interface StoredLog extends StoredState {
  readonly records: readonly StoredLine[];
}

/** Who owns pools and stacks and triggers runs, by the client of the commands. */
export class LoadAdmin {
  readonly client: ApiClient;

  constructor(
    connection: Connection,
    /** Takes the credentials of pools. */
    private readonly folder: string,
  ) {
    this.client = new ApiClient(connection);
  }

  async createPool(name: string): Promise<LoadPool> {
    const { csr, privateKeyPem } = await makeKey('EC');
    const { id, token } = await createPool(this.client, { name, csrPem: csr });
    const credentials = join(this.folder, id);
    mkdirSync(credentials, { recursive: true });
    writeFileSync(join(credentials, 'token'), token);
    writeFileSync(join(credentials, 'privateKey'), Buffer.from(privateKeyPem).toString('base64'));
    return { token: parseToken(token), privateKeyPem, access: await PoolAccess.open(credentials, systemClock) };
  }

  /** With a source, ready to run. */
  async createStack(name: string, pool: LoadPool): Promise<void> {
    await createStack(this.client, { name, pool: pool.token.poolId });
    await this.client.upload(`/api/v1/stacks/${name}/source`, Readable.from([NOBODY_UNPACKS_IT]));
  }

  async moveStack(name: string, pool: LoadPool): Promise<void> {
    await updateStack(this.client, name, { pool: pool.token.poolId });
  }

  /** A run that applies its changes without asking. */
  async trigger(stack: string, ledger: Ledger): Promise<void> {
    const sentAt = performance.now();
    const { id } = await triggerRun(this.client, stack, { autoDeploy: true });
    ledger.triggered(id, { sentAt, answeredAt: performance.now() });
  }

  /** The log of a run as it is stored, and the state that the control plane says the run is in. */
  async readLog(runId: string): Promise<StoredLog> {
    const lines = (await text(await this.client.stream(`/api/v1/runs/${runId}/log`))).split('\n').filter(Boolean);
    const all = lines.map((line) => JSON.parse(line) as StoredLine | StoredState);
    const { state, reason } = all.findLast((line) => 'state' in line) ?? { state: '', reason: null };
    return { state, reason, records: all.filter((line) => 'writer' in line) };
  }

  close(): void {
    this.client.close();
  }
}
