import type { TestQueue } from '../../support/queue';
import { mutation, type Door } from './doors';

export const vcsAgentDoors = (queueNow: () => TestQueue): Readonly<Record<string, Door>> => {
  const pool = async () => (await queueNow().admin.vcsAgents.create({ name: 'agents' })).id;
  return {
    'Mutation.vcsAgentPoolCreate': mutation(
      'vcs-agent-pool.create',
      '{vcsAgentPoolCreate(name: "agents"){id}}',
      () => ({}),
    ),
    'Mutation.vcsAgentPoolUpdate': mutation(
      'vcs-agent-pool.update',
      '($id:ID!){vcsAgentPoolUpdate(id: $id, name: "others"){id}}',
      async () => ({ id: await pool() }),
    ),
    'Mutation.vcsAgentPoolDelete': mutation(
      'vcs-agent-pool.delete',
      '($id:ID!){vcsAgentPoolDelete(id: $id){id}}',
      async () => ({ id: await pool() }),
    ),
  };
};
