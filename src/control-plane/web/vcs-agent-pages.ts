import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { VcsAgentPool } from '../admin/vcs-agent-admin';
import type { VcsAgentRecord } from '../store/vcs-agents';
import { table, type Html } from './html';
import type { View } from './view';
import type { Viewer } from './viewer';
import { age, count } from './words';

/** All pools of VCS agents, with the agents that are connected. */
export async function vcsAgentPoolsView(admin: AdminService, { may }: Viewer): Promise<View> {
  const pools = await admin.vcsAgents.list();
  const agents = await admin.vcsAgents.agents(pools.map(({ id }) => id));
  const mayChange = may('vcs-agent-pool:write');
  return {
    title: 'VCS agents',
    shows: ['*'],
    parts: [
      { content: html`<h1 id="vcs-agents">VCS agents</h1>` },
      {
        content: mayChange
          ? html`<p class="actions"><a class="button primary" href="/vcs-agent-pools/new">New VCS agent pool …</a></p>`
          : '',
      },
      {
        region: 'vcs-agent-pools',
        content:
          pools.length === 0
            ? html`<p>
                There is no VCS agent pool yet: the agents of one reach a git host that only a private network reaches.
              </p>`
            : table({
                labelledBy: 'vcs-agents',
                columns: ['Pool', 'Agents', 'Sources', 'Description', 'Created', ...(mayChange ? ['Change'] : [])],
                rows: pools.map((pool) => [
                  pool.name,
                  agentsOf(agents.get(pool.id) ?? []),
                  html`<code>private://${pool.name}/…</code>`,
                  pool.description ?? '',
                  age(pool.createdAt),
                  ...(mayChange ? [changes(pool)] : []),
                ]),
              }),
      },
    ],
  };
}

function agentsOf(agents: readonly VcsAgentRecord[]): Html {
  if (agents.length === 0) return html`<span class="state waiting">none connected</span>`;
  return html`<ul class="tags">
    ${agents.map(
      ({ name, version, address, streams, seenAt }) =>
        html`<li>${name} ${version} at ${address}, ${count(streams, 'stream')}, seen ${age(seenAt)}</li>`,
    )}
  </ul>`;
}

function changes({ id, name }: VcsAgentPool): Html {
  return html`<span class="actions"
    ><a class="button" id="change-${id}" href="/vcs-agent-pools/${id}/settings" aria-label="Change ${name}">Change …</a>
    <a class="button" id="delete-${id}" href="/vcs-agent-pools/${id}/delete" aria-label="Delete ${name}"
      >Delete …</a
    ></span
  >`;
}
