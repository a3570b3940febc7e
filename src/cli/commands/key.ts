import { existsSync, writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { ResultOf } from 'gql.tada';
import { isRole, ROLES, roleValue, type Role } from '../../control-plane/identity/rights';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { API_KEYS, CREATE_API_KEY, DELETE_API_KEY, UPDATE_API_KEY } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { named } from '../api/named';
import { print, table, when } from '../api/output';
import { changedTrust, newTrust, saysTrust, withTrust, type TrustFlags } from './key-trust';
import { UsageError, UserError } from '../run-program';

type Key = ResultOf<typeof API_KEYS>['apiKeys'][number];
type RoleName = Key['role'];

interface CreateFlags extends OutputFlags, TrustFlags {
  readonly role: string;
  readonly out?: string;
}

/** `worker-pools key`: API keys of people and programs. */
export function keyCommand(): Command {
  return commandGroup(
    'key',
    'Create, list, change and delete API keys, each with a role.',
    createCommand(),
    listCommand(),
    updateCommand(),
    deleteCommand(),
  );
}

function createCommand(): Command {
  const command = new Command('create')
    .argument('<name>', 'what the key is for')
    .description('Create an API key. Its secret is shown once: here, or in the file that --out names.')
    .addOption(role())
    .option('--out <file>', 'new file for id and secret, readable by you alone, as --api-key-secret-file takes it');
  withExamples(
    withTrust(withOutput(command)),
    'key create exporter --role reader --out exporter.json',
    'key create ci --role operator --output json',
    'key create runners --role worker-pool-controller --oidc-issuer https://kubernetes.default.svc.cluster.local --oidc-audience worker-pools --oidc-subject system:serviceaccount:runners:controller --oidc-jwks-file jwks.json',
  );
  return apiAction<CreateFlags>(command, async (client, flags, name = '') => {
    const { out } = flags;
    if (out !== undefined && existsSync(out)) {
      throw new UserError(`${out} already exists: choose another --out, so that no key is overwritten`);
    }
    const oidc = newTrust(flags);
    if (oidc && out !== undefined) throw new UsageError('--out: a key for tokens of an issuer has no secret to write');
    const input = { name, role: roleOf(flags.role), ...(oidc && { oidc }) };
    const { secret, ...key } = (await client.query(CREATE_API_KEY, { input })).key;
    if (out !== undefined) await writeKey(client, out, key, secret ?? '');
    const secretLine = oidc
      ? 'It has no secret: log in with its id and a token of its issuer.'
      : out === undefined
        ? `Its secret, which is not shown again: ${secret}`
        : `Its id and secret are in ${out}.`;
    const text = `API key ${key.name} is ${key.id}, with the role ${roleName(key.role)}.\n\n${secretLine}`;
    output(flags, out === undefined ? { ...key, secret } : key, key.id, text);
  });
}

function listCommand(): Command {
  const command = new Command('list').description('List the API keys; nobody is told their secrets.');
  return apiAction<OutputFlags>(withExamples(withOutput(command), 'key list'), async (client, flags) => {
    const { apiKeys } = await client.query(API_KEYS);
    output(
      flags,
      apiKeys,
      apiKeys.map(({ id }) => id),
      keyTable(apiKeys),
    );
  });
}

function updateCommand(): Command {
  const command = new Command('update')
    .argument('<key>', 'name or id of the key')
    .description(
      'Give an API key another role or name, or trust in other tokens. With another role or trust, its sessions end at once.',
    )
    .addOption(role(false))
    .option('--name <name>', 'another name');
  return apiAction<{ role?: string; name?: string } & TrustFlags>(
    withExamples(withTrust(command), 'key update ci --role reader', 'key update runners --oidc-jwks-file jwks.json'),
    async (client, flags, given = '') => {
      if (flags.role === undefined && flags.name === undefined && !saysTrust(flags))
        throw new UsageError('nothing to change: give --role, --name, or what begins with --oidc-');
      const key = await findKey(client, given);
      const oidc = saysTrust(flags) ? changedTrust(key, flags) : undefined;
      const input = {
        name: flags.name ?? key.name,
        role: flags.role === undefined ? key.role : roleOf(flags.role),
        ...(oidc && { oidc }),
      };
      const { key: changed } = await client.query(UPDATE_API_KEY, { id: key.id, input });
      print(`API key ${changed.name} has the role ${roleName(changed.role)}.`);
    },
  );
}

function deleteCommand(): Command {
  const command = new Command('delete')
    .argument('<key>', 'name or id of the key')
    .description('Delete an API key: it and its sessions are refused at once.');
  return apiAction(withExamples(command, 'key delete ci'), async (client, _, given = '') => {
    const { id, name } = await findKey(client, given);
    await client.query(DELETE_API_KEY, { id });
    print(`API key ${name} is deleted.`);
  });
}

function role(isMandatory = true): Option {
  return new Option('--role <role>', 'what the key may do')
    .choices(Object.keys(ROLES))
    .makeOptionMandatory(isMandatory);
}

function roleOf(name: string): RoleName {
  if (isRole(name)) return roleValue(name);
  throw new UserError(`there is no role ${name}`);
}

const roleName = (wanted: RoleName): string =>
  (Object.keys(ROLES) as Role[]).find((role) => roleValue(role) === wanted) ?? wanted;

/** A key whose secret was lost is of no use to anybody. */
async function writeKey(client: ApiClient, path: string, key: Pick<Key, 'id'>, secret: string): Promise<void> {
  try {
    writeFileSync(path, `${JSON.stringify({ id: key.id, secret }, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    await client.query(DELETE_API_KEY, { id: key.id });
    throw new UserError(`--out: ${path} cannot be written, and the key was deleted again: ${(error as Error).message}`);
  }
}

const findKey = async (client: ApiClient, nameOrId: string): Promise<Key> =>
  named((await client.query(API_KEYS)).apiKeys, nameOrId, { what: 'API key', list: 'key list' });

function keyTable(keys: readonly Key[]): string {
  const rows = keys.map((key) => [
    key.id,
    key.name,
    roleName(key.role),
    key.type.toLowerCase(),
    key.createdAt === null ? '(start key)' : when(key.createdAt),
    key.lastUsedAt === null ? '' : when(key.lastUsedAt),
  ]);
  return table([['ID', 'NAME', 'ROLE', 'TYPE', 'CREATED', 'LAST USED'], ...rows]);
}
