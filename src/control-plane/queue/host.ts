import { tablesOfHost, type Transaction } from '../store';
import type { Host } from '../store/database/hosting';
import { carryOut, type Asked } from './operation';
// The operations of this room, which can be asked for.
import './assign-runs';
import './cycle';
import './drift';
import './dependencies';
import './module-versions';
import './person-operations';
import './pod-operations';
import './pod-start';
import './report';
import './session-operations';
import './sweep';

/** Carries out operations of the queue where the database is. */
export const host: Host = async (transaction, request) => {
  let topics: string[] = [];
  const tx: Transaction = {
    ...tablesOfHost(transaction.db),
    notify: (told) => {
      topics.push(...told);
      return Promise.resolve();
    },
  };
  const value = await carryOut((work) => {
    topics = [];
    return transaction.turn(() => work(tx));
  }, request as Asked);
  return { value, topics };
};
