import type { Store } from '../store';
import type { Tracing } from '../tracing';

/** The store, with a span for each transaction. */
export function tracedStore(store: Store, tracing: Tracing): Store {
  const { perform } = store;
  const traced = <T>(work: () => Promise<T>): Promise<T> => tracing.span('transaction', {}, work);
  return {
    ...store,
    transaction: (work) => traced(() => store.transaction(work)),
    perform: perform && ((request) => traced(() => perform(request))),
  };
}
