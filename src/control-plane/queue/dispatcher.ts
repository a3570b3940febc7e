import { CONTROLLER_OPERATIONS } from '../../protocol/messages';
import { RequestError, validate, validateInSlices } from '../errors';
import type { QueueContext } from './context';
import { report } from './report';
import { register, retire, sync, watch } from './session-operations';

type ControllerOperation = keyof typeof CONTROLLER_OPERATIONS;

/** Carries out an operation of a pool's controller, whichever transport it came over. @throws RequestError */
export async function dispatch(
  context: QueueContext,
  poolId: string,
  operation: string,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  if (!isOperation(operation)) {
    const known = Object.keys(CONTROLLER_OPERATIONS).join(', ');
    throw new RequestError('not-found', `there is no operation ${operation.slice(0, 40)}: the operations are ${known}`);
  }
  const attributes = { 'worker_pools.pool.id': poolId };
  return context.tracing.span(operation, attributes, () => carryOut(context, poolId, operation, body, signal));
}

async function carryOut(
  context: QueueContext,
  poolId: string,
  operation: ControllerOperation,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const what = `the request ${operation}`;
  switch (operation) {
    case 'register':
      return register(context, poolId, await validateInSlices(CONTROLLER_OPERATIONS.register.request, body, what));
    case 'sync':
      return sync(context, poolId, await validateInSlices(CONTROLLER_OPERATIONS.sync.request, body, what));
    case 'watch':
      return watch(context, poolId, validate(CONTROLLER_OPERATIONS.watch.request, body, what), signal);
    case 'retire':
      return retire(context, poolId, await validateInSlices(CONTROLLER_OPERATIONS.retire.request, body, what));
    case 'report':
      return report(context, poolId, validate(CONTROLLER_OPERATIONS.report.request, body, what));
  }
}

function isOperation(name: string): name is ControllerOperation {
  return Object.hasOwn(CONTROLLER_OPERATIONS, name);
}
