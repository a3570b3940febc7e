import { existsSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import type { ResultOf } from 'gql.tada';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { CREATE_VCS_AGENT_POOL, DELETE_VCS_AGENT_POOL, UPDATE_VCS_AGENT_POOL, VCS_AGENT_POOLS } from '../api/documents';
import { confirm, withConfirmation, type ConfirmFlags } from '../api/confirm';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { named } from '../api/named';
import { print, table, when } from '../api/output';
import { showList, withWatch, type WatchFlags } from '../api/watch';
import { UsageError, UserError } from '../run-program';

type Pool = ResultOf<typeof VCS_AGENT_POOLS>['vcsAgentPools'][number];

interface CreateFlags extends OutputFlags {
  readonly description?: string;
  readonly out?: string;
}

/** `worker-pools vcs-agent-pool`: pools of agents that carry git to hosts within private networks. */
export function vcsAgentPoolCommand(): Command {
  return commandGroup(
    'vcs-agent-pool',
    'Reach git hosts within private networks, by agents that connect from there.',
    createCommand(),
    listCommand(),
    showCommand(),
    updateCommand(),
    deleteCommand(),
  );
}

const ofPool = (name: string): Command =>
  new Command(name).argument('<vcs-agent-pool>', 'name or id of the VCS agent pool');

function createCommand(): Command {
  const command = new Command('create')
    .argument('<name>', 'as sources name it: private://NAME/team/app.git')
    .description(
      'Create a VCS agent pool. The token of its agents is shown once: here, or in the file that --out names.',
    )
    .option('--description <text>', 'what it is for')
    .option('--out <file>', 'new file for the token, readable by you alone, as `vcs-agent --token-file` takes it');
  withExamples(withOutput(command), 'vcs-agent-pool create gitlab --out gitlab.token');
  return apiAction<CreateFlags>(command, async (client, flags, name = '') => {
    const { out, description } = flags;
    if (out !== undefined && existsSync(out)) {
      throw new UserError(`${out} already exists: choose another --out, so that no token is overwritten`);
    }
    const { pool } = await client.query(CREATE_VCS_AGENT_POOL, { name, description: description ?? null });
    const { config, ...shown } = pool;
    if (out !== undefined) await writeToken(client, out, pool.id, config ?? '');
    const where =
      out === undefined ? `Its token, which is not shown again: ${config}` : `The token of its agents is in ${out}.`;
    output(flags, out === undefined ? pool : shown, pool.id, `VCS agent pool ${pool.name} is ${pool.id}.\n\n${where}`);
  });
}

/** A pool whose token was lost is of no use to anybody. */
async function writeToken(client: ApiClient, path: string, id: string, token: string): Promise<void> {
  try {
    writeFileSync(path, `${token}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    await client.query(DELETE_VCS_AGENT_POOL, { id });
    throw new UserError(
      `--out: ${path} cannot be written, and the pool was deleted again: ${(error as Error).message}`,
    );
  }
}

function listCommand(): Command {
  const command = withWatch(withOutput(new Command('list').description('List the VCS agent pools.')));
  return apiAction<WatchFlags>(withExamples(command, 'vcs-agent-pool list'), (client, flags) =>
    showList<Pool>(client, flags, {
      head: ['ID', 'NAME', 'AGENTS', 'DESCRIPTION'],
      row: (pool) => [pool.id, pool.name, String(pool.agents.length), pool.description ?? ''],
      ask: async () => (await client.query(VCS_AGENT_POOLS)).vcsAgentPools,
    }),
  );
}

function showCommand(): Command {
  const command = withOutput(
    ofPool('show').alias('get').description('Show a VCS agent pool with the agents that are connected now.'),
  );
  return apiAction<OutputFlags>(
    withExamples(command, 'vcs-agent-pool show gitlab'),
    async (client, flags, given = '') => {
      const pool = await findPool(client, given);
      const facts = [
        ['Name', pool.name],
        ['Id', pool.id],
        ['Description', pool.description ?? '(none)'],
        ['Sources', `private://${pool.name}/...`],
        ['Used by', pool.stacks.map(({ name }) => name).join(', ') || '(no stack)'],
        ['Created', when(pool.createdAt)],
      ];
      const rows = pool.agents.map((agent) => [
        ...[agent.name, agent.version, agent.address, String(agent.streams)],
        ...[when(agent.connectedAt), when(agent.lastSeenAt)],
      ]);
      const agents =
        rows.length === 0
          ? 'No agent is connected: start one with worker-pools vcs-agent and the token of the pool.'
          : table([['AGENT', 'VERSION', 'ADDRESS', 'STREAMS', 'CONNECTED', 'LAST SEEN'], ...rows]);
      output(flags, pool, pool.id, `${table(facts)}\n\n${agents}`);
    },
  );
}

function updateCommand(): Command {
  const command = ofPool('update')
    .description('Change a VCS agent pool. Its token stays; where it gets another name, sources have to name it anew.')
    .option('--name <name>', 'another name')
    .option('--description <text>', 'another description; "" for none');
  return apiAction<{ name?: string; description?: string }>(
    withExamples(command, 'vcs-agent-pool update gitlab --description "GitLab of the platform team"'),
    async (client, flags, given = '') => {
      if (flags.name === undefined && flags.description === undefined)
        throw new UsageError('nothing to change: give --name or --description');
      const before = await findPool(client, given);
      const { pool } = await client.query(UPDATE_VCS_AGENT_POOL, {
        id: before.id,
        name: flags.name ?? before.name,
        description: flags.description ?? before.description,
      });
      print(`VCS agent pool ${pool.name} is changed.`);
    },
  );
}

function deleteCommand(): Command {
  const command = withConfirmation(
    ofPool('delete').description(
      'Delete a VCS agent pool: its agents are cut off at once. Asks first where stacks fetch their sources through it.',
    ),
  );
  withExamples(command, 'vcs-agent-pool delete gitlab');
  return apiAction<ConfirmFlags>(command, async (client, flags, given = '') => {
    const { id, name, stacks } = await findPool(client, given);
    if (stacks.length > 0) {
      const users = stacks.map((stack) => stack.name).join(', ');
      const what = `Runs of these stacks fetch their sources through VCS agent pool ${name}, and cannot any more: ${users}.`;
      await confirm(flags, what, `Delete VCS agent pool ${name}?`);
    }
    await client.query(DELETE_VCS_AGENT_POOL, { id });
    print(`VCS agent pool ${name} is deleted.`);
  });
}

const findPool = async (client: ApiClient, nameOrId: string): Promise<Pool> =>
  named((await client.query(VCS_AGENT_POOLS)).vcsAgentPools, nameOrId, {
    what: 'VCS agent pool',
    list: 'vcs-agent-pool list',
  });
