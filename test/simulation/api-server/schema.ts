import type { KindRules } from './kinds';
import { invalid } from './refusals';
import type { Stored } from './types';

/** @throws ApiRefusal */
export function validate(rules: KindRules, object: Stored): Stored {
  const { name, namespace } = object.metadata;
  if (name.length > 253)
    throw invalid(rules, name, 'metadata.name', 'Invalid value: must be no more than 253 characters');
  if (rules.resource.kind === 'Event') {
    const about = (object.involvedObject as { namespace?: string } | undefined)?.namespace ?? 'default';
    if (about !== namespace) {
      throw invalid(rules, name, 'involvedObject.namespace', 'Invalid value: does not match event.namespace');
    }
  }
  return object;
}
