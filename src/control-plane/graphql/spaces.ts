import type { Pool } from '../admin/pool-admin';
import { DEFAULT_SPACE } from '../names';
import type { Role } from '../identity/rights';
import { builder, requireUser } from './builder';

const ACCESS: Readonly<Record<Role, string>> = {
  reader: 'READ',
  operator: 'WRITE',
  admin: 'ADMIN',
  'worker-pool-controller': 'READ',
};

/** A space is a name that pools carry: there is one for each name, and one for pools of which nobody said any. */
export const Space = builder.objectRef<string>('Space').implement({
  description: 'A name that pools carry. Nothing depends on it.',
  fields: (t) => ({
    id: t.id({ resolve: (space) => space }),
    name: t.string({ resolve: (space) => space }),
    accessLevel: t.string({
      description: 'READ, WRITE or ADMIN, by the role of whoever asks.',
      resolve: (_space, _args, context) => ACCESS[requireUser(context).role],
    }),
  }),
});

const spacesOf = (pools: readonly Pool[]): string[] =>
  [...new Set([DEFAULT_SPACE, ...pools.map(({ space }) => space)])].sort();

builder.queryFields((t) => ({
  spaces: t.field({
    type: [Space],
    access: 'pool:read',
    description: `By name: ${DEFAULT_SPACE}, and those that pools are in.`,
    resolve: async (_root, _args, { admin }) => spacesOf(await admin.pools()),
  }),
  space: t.field({
    type: Space,
    access: 'pool:read',
    nullable: true,
    args: { id: t.arg.id({ required: true }) },
    resolve: async (_root, { id }, { admin }) => spacesOf(await admin.pools()).find((space) => space === id) ?? null,
  }),
}));
