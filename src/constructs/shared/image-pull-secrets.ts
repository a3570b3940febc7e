import type { LocalObjectReference } from '../../api';
import { each, isEmpty, isText, not, when, type Later } from '../../charting/deferred';

/** A Secret by its name alone, as other charts take it, or as Kubernetes writes it. */
export type PullSecret = LocalObjectReference | string;

/** Secrets for pulling images as a Pod names them; nothing where there are none. */
export function pullSecrets(secrets: Later<readonly PullSecret[]>): Later<LocalObjectReference[]> | undefined {
  const references = each<PullSecret, LocalObjectReference>(secrets, (secret) => {
    return when(isText(secret), { name: secret as string }, secret as LocalObjectReference) as LocalObjectReference;
  });
  return when(not(isEmpty(secrets)), references);
}
