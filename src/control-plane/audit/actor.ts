import type { Origin } from '../admission/log-ins';
import type { Actor } from '../store/audit-trail';

export type { Actor, Origin };

/** Whoever is logged in, as the audit trail names them. */
export const actorOf = ({ kind, id, name, role }: Omit<Actor, keyof Origin>, origin: Origin): Actor => ({
  ...{ kind, id, name, role },
  ...{ address: origin.address, client: origin.client },
});

/** A program that has the control plane in its own process, such as a test. */
export const IN_PROCESS: Actor = {
  kind: 'process',
  id: '',
  name: 'in process',
  role: 'admin',
  address: '',
  client: '',
};
