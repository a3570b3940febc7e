import { CONTROLLER_OPERATIONS } from '../messages';
import { ProtocolError } from '../session';

export type Operation = keyof typeof CONTROLLER_OPERATIONS;

/** Checks an answer, because what is not understood must not be acted upon. @throws ProtocolError `protocol` */
export function parseAnswer<O extends Operation>(
  operation: O,
  body: unknown,
  endpoint: string,
): (typeof CONTROLLER_OPERATIONS)[O]['response']['_output'] {
  const parsed = CONTROLLER_OPERATIONS[operation].response.safeParse(body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues
    .map((issue) => issue.path.join('.') || 'the whole')
    .slice(0, 3)
    .join(', ');
  throw new ProtocolError(
    'protocol',
    `the answer of ${endpoint} to ${operation} cannot be understood (${where}): do the versions of controller and control plane fit?`,
    true,
  );
}
