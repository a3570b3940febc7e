import { ApiClient } from '../api/client';
import { connectionOf, type ConnectionFlags } from '../api/connection';

/** Undefined where nobody says which control plane. @throws UserError where only a part was said */
export function controlPlaneOf(flags: ConnectionFlags): ApiClient | undefined {
  try {
    return new ApiClient(connectionOf(flags));
  } catch (error) {
    const isAsked = [flags.url, flags.ca, flags.profile, flags.apiKeyId, flags.apiKeySecretFile].some(Boolean);
    if (isAsked) throw error;
    return undefined;
  }
}
