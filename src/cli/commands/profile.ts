import { resolve } from 'node:path';
import { Command } from 'commander';
import { ask, askSecret, readInput } from '../api/ask';
import { ApiClient } from '../api/client';
import {
  addressOf,
  keyOfFile,
  keyOfText,
  withAddressAndKey,
  type AddressFlags,
  type KeyFlags,
} from '../api/connection';
import { VIEWER } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { print, table } from '../api/output';
import { Profiles, type Profile } from '../api/profiles';
import { notFound } from '../api/refused';
import { UsageError, UserError } from '../run-program';
import { exportTokenCommand } from './profile-token';

/** `worker-pools profile`: control planes by names, with who one is there. */
export function profileCommand(): Command {
  return commandGroup(
    'profile',
    'Log in to control planes, and choose between them.',
    loginCommand(),
    listCommand(),
    useCommand(),
    currentCommand(),
    deleteCommand(),
    exportTokenCommand(),
  );
}

const profiles = () => Profiles.of(process.env);

function loginCommand(): Command {
  const command = withAddressAndKey(
    new Command('login')
      .argument('<profile>', 'name of the profile')
      .description(
        'Try an API key, keep it in a file that only you can read, and use it from now on. The secret is asked for, or read from standard input, or stays in the file of --api-key-secret-file, which is read at each log-in.',
      ),
    'What the profile holds:',
  );
  return withExamples(
    command,
    'profile login production --url https://pools.example.com --api-key-id 01JD6K3R9GQ7M2V8X4T5W6Y7Z8',
    'profile login local --url https://localhost:8443 --ca data/ca.crt --api-key-secret-file data/admin-key.json',
    'profile login ci --url https://pools.example.com < key.json',
  ).action(async (name: string, flags: AddressFlags & KeyFlags) => {
    profiles().check(name);
    const profile = await asked(name, flags);
    const client = new ApiClient({
      url: profile.url,
      ca: profile.ca ?? undefined,
      id: profile.apiKeyId,
      secret: () => profile.secret ?? keyOfFile(profile.secretFile!).secret,
    });
    try {
      const { viewer } = await client.query(VIEWER);
      profiles().set(name, profile);
      profiles().use(name);
      print(
        `Logged in at ${profile.url} as ${viewer?.name}, with the role ${viewer?.role}. Profile ${name} is in use.`,
      );
    } finally {
      client.close();
    }
  });
}

/** What the flags do not say is as it was in the profile, or is asked for. */
async function asked(name: string, flags: AddressFlags & KeyFlags): Promise<Profile> {
  const before = profiles().find(name);
  const address = addressAsked(flags, before);
  const usualId = address.url === before?.url ? before.apiKeyId : undefined;
  return { ...address, ...(await keyAsked(flags, usualId)) };
}

function addressAsked(flags: AddressFlags, before: Profile | undefined): Pick<Profile, 'url' | 'ca'> {
  const given = flags.url || process.env.WORKER_POOLS_URL || before?.url;
  if (!given) throw new UsageError('which control plane? Give --url https://host:port');
  const { url, ca } = addressOf(given, flags.ca || process.env.WORKER_POOLS_CA);
  return { url, ca: ca ?? (url === before?.url ? before.ca : null) };
}

async function keyAsked(flags: KeyFlags, usualId: string | undefined): Promise<Omit<Profile, 'url' | 'ca'>> {
  const known = flags.apiKeyId || process.env.WORKER_POOLS_API_KEY_ID;
  const idOf = (key: { readonly id?: string }) => known ?? key.id ?? usualId ?? 'admin';
  if (flags.apiKeySecretFile) {
    const secretFile = resolve(flags.apiKeySecretFile);
    return { apiKeyId: idOf(keyOfFile(secretFile)), secret: null, secretFile };
  }
  if (process.stdin.isTTY) return { ...(await keyTyped(known, usualId)), secretFile: null };
  const key = keyOfText(await readInput());
  return { apiKeyId: idOf(key), secret: key.secret, secretFile: null };
}

async function keyTyped(known: string | undefined, usual: string | undefined) {
  const question = `Id of the API key${usual ? ` (${usual})` : ''}: `;
  const apiKeyId = known || (await ask(question)) || usual;
  if (!apiKeyId) throw new UserError('no API key: its id is needed');
  return { apiKeyId, secret: keyOfText(await askSecret('Secret or token (not shown): ')).secret };
}

function listCommand(): Command {
  const command = new Command('list').description('List the profiles; the one in use has a *.');
  return withExamples(withOutput(command), 'profile list').action((flags: OutputFlags) => {
    const { current } = profiles();
    const all = profiles()
      .names()
      .map((name) => {
        const { url, apiKeyId } = profiles().get(name);
        return { name, url, apiKeyId, current: name === current };
      });
    const rows = all.map((each) => [each.current ? '*' : '', each.name, each.url, each.apiKeyId]);
    const names = all.map(({ name }) => name);
    output(flags, all, names, table([['', 'NAME', 'URL', 'API KEY'], ...rows]));
  });
}

function useCommand(): Command {
  const command = new Command('use')
    .argument('<profile>', 'name of the profile')
    .description('Use a profile from now on.');
  return withExamples(command, 'profile use production').action((name: string) => {
    profiles().use(name);
    print(`Profile ${name} is in use.`);
  });
}

function currentCommand(): Command {
  const command = new Command('current').description('Show the name of the profile in use.');
  return withExamples(command, 'profile current').action(() => {
    const { current } = profiles();
    if (current === undefined) throw notFound('no profile is in use: choose one with worker-pools profile use');
    print(current);
  });
}

function deleteCommand(): Command {
  const command = new Command('delete')
    .argument('<profile>', 'name of the profile')
    .description('Forget a profile, with its secret and its session. The API key stays.');
  return withExamples(command, 'profile delete production').action((name: string) => {
    profiles().delete(name);
    print(`Profile ${name} is deleted.`);
  });
}
