import type { VcsAgentPool } from '../admin/vcs-agent-admin';
import type { VcsAgentRecord } from '../store/vcs-agents';
import { builder, seconds } from './builder';
import { Stack } from './stacks';

const Agent = builder.objectRef<VcsAgentRecord>('VCSAgent').implement({
  description: 'An agent that is connected now.',
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Of its own, from its start to its end.' }),
    name: t.exposeString('name', { description: 'Of its host, or its Pod.' }),
    version: t.exposeString('version'),
    address: t.exposeString('address', { description: 'Where it connects from.' }),
    streams: t.exposeInt('streams', {
      description: 'To all replicas of the control plane: requests that it can carry at once.',
    }),
    connectedAt: t.int({ resolve: ({ connectedAt }) => seconds(connectedAt) }),
    lastSeenAt: t.int({
      description: 'Its last sign of life, to 15 seconds.',
      resolve: ({ seenAt }) => seconds(seenAt),
    }),
  }),
});

const AgentPool = builder.objectRef<VcsAgentPool>('VCSAgentPool').implement({
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name', { description: 'As sources name it: private://NAME/team/app.git.' }),
    description: t.exposeString('description', { nullable: true }),
    config: t.exposeString('config', {
      nullable: true,
      description: 'What its agents are given, secret: in the answer to vcsAgentPoolCreate, and null ever after.',
    }),
    agents: t.field({
      type: [Agent],
      description: 'Those that came first, first.',
      resolve: ({ id }, _args, { lookups }) => lookups.vcsAgents.load(id).then((agents) => [...agents]),
    }),
    stacks: t.field({
      type: [Stack],
      description: 'Whose sources name it: their runs fetch through it.',
      resolve: ({ id }, _args, { lookups }) => lookups.stacksOfVcsAgents.load(id).then((stacks) => [...stacks]),
    }),
    createdAt: t.int({ resolve: ({ createdAt }) => seconds(createdAt) }),
    updatedAt: t.int({ resolve: ({ updatedAt }) => seconds(updatedAt) }),
  }),
});

builder.queryFields((t) => ({
  vcsAgentPools: t.field({
    type: [AgentPool],
    access: 'vcs-agent-pool:read',
    description: 'By name.',
    resolve: (_root, _args, { admin }) => admin.vcsAgents.list(),
  }),
  vcsAgentPool: t.field({
    type: AgentPool,
    nullable: true,
    access: 'vcs-agent-pool:read',
    args: { id: t.arg.id({ required: true }) },
    resolve: (_root, { id }, { admin }) => admin.vcsAgents.find(id),
  }),
}));

builder.mutationFields((t) => {
  const id = t.arg.id({ required: true });
  const settings = { name: t.arg.string({ required: true }), description: t.arg.string() };
  return {
    vcsAgentPoolCreate: t.field({
      type: AgentPool,
      access: 'vcs-agent-pool:write',
      action: 'vcs-agent-pool.create',
      args: settings,
      resolve: (_root, args, { admin }) => admin.vcsAgents.create(args),
    }),
    vcsAgentPoolUpdate: t.field({
      type: AgentPool,
      access: 'vcs-agent-pool:write',
      action: 'vcs-agent-pool.update',
      description: 'Its token stays. Sources name a pool: where it gets another name, they have to, too.',
      args: { id, ...settings },
      resolve: (_root, { id: poolId, ...args }, { admin }) => admin.vcsAgents.update(poolId, args),
    }),
    vcsAgentPoolDelete: t.field({
      type: AgentPool,
      nullable: true,
      access: 'vcs-agent-pool:write',
      action: 'vcs-agent-pool.delete',
      description: 'Its agents are cut off at once.',
      args: { id },
      resolve: (_root, args, { admin }) => admin.vcsAgents.delete(args.id),
    }),
  };
});
