import { ProtocolError } from '../../protocol/session';
import { reasonOfRefusedWorker } from '../reasons';
import { explainRefusal, refusalOf } from '../runtime';
import { REASON } from '../../api';
import type { Action, Problem } from './snapshot';

/** What a person is told of an action that failed; undefined when it is tried again and passes by itself. */
export function problemOfAction({ type }: Action, error: unknown, namespace: string): Problem | undefined {
  if (error instanceof ProtocolError) {
    return error.retryable ? undefined : { reason: REASON.protocolError, message: error.message };
  }
  const refusal = refusalOf(error);
  if (!refusal || refusal.kind === 'no-answer' || refusal.kind === 'busy') return undefined;
  const [verb, object] =
    type === 'deleteWorkers' ? (['delete', 'Workers'] as const) : (['change', 'the WorkerPool'] as const);
  const message = explainRefusal(refusal, {
    object,
    verb,
    namespace,
    field: 'the WorkerPool',
    then: 'it is tried again by itself',
  });
  return { reason: reasonOfRefusedWorker(refusal.kind), message };
}
