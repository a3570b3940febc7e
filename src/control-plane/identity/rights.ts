import { RequestError, type RefusalCode } from '../errors';

export const ROLES = {
  reader: 'sees pools, workers, stacks, runs and logs, and changes nothing: exporters, dashboards',
  operator:
    'runs what is set up: triggers and decides on runs, uploads sources, drains workers: people on duty, CI, autoscalers',
  admin: 'may do everything, API keys among it',
  'worker-pool-controller': 'makes and keeps pools, and sees nothing but them: clusters that register their pools',
} as const;

export type Role = keyof typeof ROLES;

/** A role as GraphQL writes it: WORKER_POOL_CONTROLLER. */
export type RoleValue<R extends string = Role> = R extends `${infer First}-${infer Rest}`
  ? `${Uppercase<First>}_${RoleValue<Rest>}`
  : Uppercase<R>;

export const roleValue = (role: Role): RoleValue => role.toUpperCase().replaceAll('-', '_') as RoleValue;

/** Who asks, once that is proved. */
export interface Caller {
  /** Stays the same for as long as the identity is there. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly kind: 'API key';
  readonly role: Role;
}

export const isRole = (text: string): text is Role => Object.hasOwn(ROLES, text);

/** One thing that somebody may be allowed to do, and who is. */
interface Grant {
  /** Goes on after "may". */
  readonly what: string;
  readonly roles: readonly Role[];
}

const everybody: readonly Role[] = ['reader', 'operator', 'admin', 'worker-pool-controller'];
const readers: readonly Role[] = ['reader', 'operator', 'admin'];
const operators: readonly Role[] = ['operator', 'admin'];
const poolKeepers: readonly Role[] = ['admin', 'worker-pool-controller'];
const admins: readonly Role[] = ['admin'];

/** All that is asked of the control plane by people and programs, and whose role allows it. docs/guides/identities.md shows the table. */
export const RIGHTS = {
  'account:read': { what: 'see the name of the account', roles: everybody },
  'pool:read': { what: 'see pools and their workers', roles: everybody },
  'pool:token': { what: 'see the tokens of pools', roles: poolKeepers },
  'pool:write': { what: 'create, change and delete pools', roles: poolKeepers },
  'pool:reset': { what: 'give pools other tokens', roles: poolKeepers },
  'pool:unlock': { what: 'unlock pools that a cluster manages', roles: admins },
  'worker:write': { what: 'drain workers, and replace all of a pool', roles: operators },
  'stack:read': { what: 'see stacks, modules, runs, logs and statistics', roles: readers },
  'stack:write': { what: 'create, change and delete stacks and modules', roles: admins },
  'state:read': { what: 'fetch the states of stacks, and see sensitive outputs', roles: operators },
  'state:write': { what: 'bring, restore and unlock states of stacks', roles: operators },
  'source:write': { what: 'upload sources of stacks and modules, and make versions of modules', roles: operators },
  'run:write': { what: 'trigger, confirm, discard, stop and prioritize runs', roles: operators },
  'audit:read': { what: 'see the audit trail', roles: admins },
  'webhook:read': { what: 'see webhooks and their deliveries', roles: admins },
  'webhook:write': { what: 'create, change, test and delete webhooks', roles: admins },
  'vcs-agent-pool:read': { what: 'see VCS agent pools and their agents', roles: readers },
  'vcs-agent-pool:write': { what: 'create, change and delete VCS agent pools', roles: admins },
  'key:read': { what: 'see API keys', roles: admins },
  'key:write': { what: 'create, change and delete API keys', roles: admins },
} as const satisfies Record<string, Grant>;

export type Right = keyof typeof RIGHTS;

export const mayUse = ({ role }: Pick<Caller, 'role'>, right: Right): boolean => rolesWith(right).includes(role);

export const rolesWith = (right: Right): readonly Role[] => RIGHTS[right].roles;

/** @throws RequestError that names the caller, the role and what is needed */
export function requireRight(caller: Caller, right: Right, code: RefusalCode = 'forbidden'): void {
  if (mayUse(caller, right)) return;
  const needed = rolesWith(right).join(' or ');
  throw new RequestError(
    code,
    `unauthorized: ${caller.kind} ${caller.name} has the role ${caller.role}; to ${RIGHTS[right].what}, it takes the role ${needed}`,
  );
}
