import type { Store } from '../store';
import type { Tracing } from '../tracing';

/** The store, with a span for each transaction. */
export function tracedStore(store: Store, tracing: Tracing): Store {
  return { ...store, transaction: (work) => tracing.span('transaction', {}, () => store.transaction(work)) };
}
