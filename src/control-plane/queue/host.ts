import { tablesOfHost, type Transaction } from '../store';
import type { Host, HostedTransaction } from '../store/database/hosting';
import { assignBatch, giveOut, NOT_GIVEN_OUT } from './assign';
import type { Aftermath } from './change';
import { carryOut, type Asked, type Done } from './operation';
// The operations of this room, which can be asked for.
import './cycle';
import './dependencies';
import './person-operations';
import './pod-operations';
import './report';
import './session-operations';
import './sweep';

/**
 * Carries out operations of the queue where the database is, and gives out what may run then, which is of the same commit,
 * though what fails of it does not undo what it follows.
 */
export const host: Host = async (transaction, request) => {
  const asked = request as Asked;
  const { value, aftermath, topics } = await turn(transaction, asked);
  // What may run then is given out below.
  const all: Aftermath[] = [{ ...aftermath, poolsToAssign: [] }];
  for (const poolId of aftermath.poolsToAssign) {
    const assign = async (args: Parameters<typeof assignBatch.work>[1]): Promise<number> => {
      const given = await turn(transaction, { ...asked, name: assignBatch.name, args });
      all.push(given.aftermath);
      topics.push(...given.topics);
      return given.value as number;
    };
    const tables = tablesOfHost(transaction.db);
    await giveOut(tables, poolId, assign).catch((error: unknown) => all.push(notGivenOut(poolId, error)));
  }
  const done: Done = { value, aftermath: together(all) };
  return { value: done, topics };
};

async function turn(transaction: HostedTransaction, asked: Asked): Promise<Done & { readonly topics: string[] }> {
  const topics: string[] = [];
  const tx: Transaction = {
    ...tablesOfHost(transaction.db),
    notify: (told) => {
      topics.push(...told);
      return Promise.resolve();
    },
  };
  return { ...(await transaction.turn(() => carryOut(tx, asked))), topics };
}

function together(all: readonly Aftermath[]): Aftermath {
  return {
    said: all.flatMap(({ said }) => said),
    blobsLetGo: all.flatMap(({ blobsLetGo }) => blobsLetGo),
    waited: all.flatMap(({ waited }) => waited),
    poolsToAssign: all.flatMap(({ poolsToAssign }) => poolsToAssign),
  };
}

function notGivenOut(pool: string, error: unknown): Aftermath {
  const { message, stack } = error as Error;
  const fields = { err: { message, stack }, pool };
  return { said: [{ level: 'error', fields, message: NOT_GIVEN_OUT }], blobsLetGo: [], waited: [], poolsToAssign: [] };
}
