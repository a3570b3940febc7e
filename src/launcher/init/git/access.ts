import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitAddress } from '../../../protocol/git-rules';
import type { GitCredentials } from '../../../protocol/messages';
import { shellQuote } from '../../../protocol/shell';

/** Of the `init` container: by these a pool says whom it trusts and by which way the outside is reached. */
const HANDED_ON = [
  ...['GIT_SSL_CAINFO', 'GIT_SSL_CAPATH', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY', 'https_proxy', 'http_proxy', 'all_proxy', 'no_proxy'],
];

/** No byte of a transfer for so long, and git gives up. */
const SILENCE_SECONDS = 30;
const SSH_CONNECT_SECONDS = 20;

export interface AccessOptions {
  readonly address: GitAddress;
  readonly credentials: GitCredentials;
  /** Where the files go that hold them: nobody else may look into it, and it goes with the clone. */
  readonly folder: string;
  /** Of the door by which git reaches a host behind agents. @default - none */
  readonly door?: Readonly<Record<string, string>> | undefined;
  /** Variables of the `init` container. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Lays down the credentials and gives the whole environment of git: they reach it by files, never by arguments, by the
 * configuration of the repository, or by variables that a program it starts could print.
 */
export async function layDownAccess(options: AccessOptions): Promise<Readonly<Record<string, string>>> {
  const { folder, environment, door } = options;
  await mkdir(folder, { mode: 0o700 });
  const handedOn = HANDED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const bundle = environment['GIT_SSL_CAINFO'] || environment['SSL_CERT_FILE'];
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C.UTF-8',
    ...Object.fromEntries(handedOn),
    // What Debian's git speaks TLS with reads no variable of OpenSSL's.
    ...(bundle ? { GIT_SSL_CAINFO: bundle } : {}),
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: 'https:ssh',
    GIT_TERMINAL_PROMPT: '0',
    GIT_HTTP_LOW_SPEED_LIMIT: '1',
    GIT_HTTP_LOW_SPEED_TIME: String(SILENCE_SECONDS),
    GIT_ASKPASS: await layDownToken(options),
    SSH_ASKPASS: '/bin/false',
    GIT_SSH_COMMAND: await layDownKey(options),
    GIT_SSH_VARIANT: 'ssh',
    ...door,
  };
}

/** A program that gives name and token to git, and to no host but that of the repository. */
async function layDownToken({ folder, address, credentials }: AccessOptions): Promise<string> {
  const { username = 'git', token } = credentials;
  if (token === undefined || address.protocol !== 'https') return '/bin/false';
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const origin = address.port === '' ? host : `${host}:${address.port}`;
  await writePrivate(join(folder, 'username'), `${username}\n`);
  await writePrivate(join(folder, 'token'), `${token}\n`);
  await writePrivate(join(folder, 'origin'), `${origin}\n`);
  const script = [
    '#!/bin/sh',
    'folder=${0%/*}',
    'origin=$(cat "$folder/origin")',
    'case "$1" in',
    '  "Username for \'https://$origin\': "*) exec cat "$folder/username" ;;',
    // With the name before the host, which the versions of git write differently.
    '  "Password for \'https://"*"@$origin\': "*) exec cat "$folder/token" ;;',
    'esac',
    'exit 1',
    '',
  ].join('\n');
  await writeFile(join(folder, 'askpass'), script, { mode: 0o700 });
  return join(folder, 'askpass');
}

/** The command that speaks ssh: with the key to the host of the repository alone, and to hosts that are known alone. */
async function layDownKey({ folder, address, credentials }: AccessOptions): Promise<string> {
  const { deployKey, knownHosts = '' } = credentials;
  const [config, key, hosts] = ['ssh_config', 'deploy-key', 'known_hosts'].map((name) => join(folder, name));
  await writePrivate(hosts!, ended(knownHosts));
  if (deployKey !== undefined) await writePrivate(key!, ended(deployKey));
  const settings = [
    ...(deployKey !== undefined && address.protocol === 'ssh'
      ? [`Host ${address.host}`, `  IdentityFile "${key}"`]
      : []),
    'Host *',
    '  IdentitiesOnly yes',
    '  IdentityFile none',
    '  IdentityAgent none',
    '  PreferredAuthentications publickey',
    '  BatchMode yes',
    '  StrictHostKeyChecking yes',
    '  UpdateHostKeys no',
    `  UserKnownHostsFile "${hosts}"`,
    '  GlobalKnownHostsFile none',
    '  ForwardAgent no',
    '  ForwardX11 no',
    '  PermitLocalCommand no',
    `  ConnectTimeout ${SSH_CONNECT_SECONDS}`,
    '  ServerAliveInterval 10',
    '  ServerAliveCountMax 3',
    '',
  ];
  await writePrivate(config!, settings.join('\n'));
  return `ssh -F ${shellQuote(config!)}`;
}

const ended = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`);

const writePrivate = (path: string, text: string): Promise<void> => writeFile(path, text, { mode: 0o600 });
