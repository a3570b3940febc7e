import { RequestError } from '../errors';
import type { Store } from '../store';
import type { Metrics } from './metrics';

/** The store, with its transactions counted and timed. */
export function measuredStore(store: Store, metrics: Pick<Metrics, 'transactionEnded'>): Store {
  const measured = async <T>(work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const ended = (result: 'committed' | 'refused' | 'failed') =>
      metrics.transactionEnded(result, performance.now() - begun);
    try {
      const value = await work();
      ended('committed');
      return value;
    } catch (error) {
      ended(error instanceof RequestError && error.code !== 'unavailable' ? 'refused' : 'failed');
      throw error;
    }
  };
  const { perform } = store;
  return {
    ...store,
    transaction: (work) => measured(() => store.transaction(work)),
    perform: perform && ((request) => measured(() => perform(request))),
  };
}
