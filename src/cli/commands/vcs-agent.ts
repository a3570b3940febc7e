import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Command, Option } from 'commander';
import { parseVcsAgentToken, type VcsAgentToken } from '../../protocol/vcs-agents';
import { systemClock } from '../../time';
import { withExamples } from '../api/help';
import { requireNode24 } from '../node-version';
import { logLevel, wholeNumber } from '../options';
import { UserError } from '../run-program';
import { VERSION } from '../version';
import { VENDOR_NAMES, type VendorName } from '../../vcs-agent/vendors';

const VARIABLE = (name: string): string => `SPACELIFT_VCS_AGENT_${name}`;
const TOKEN = VARIABLE('POOL_TOKEN');

interface Flags {
  readonly tokenFile?: string;
  readonly targetBaseEndpoint: string;
  readonly vendor: VendorName;
  readonly allowedProjects: string;
  readonly parallelism: number;
  readonly name: string;
  readonly logLevel: string;
}

/** `worker-pools vcs-agent`: carries git from the control plane to a host within the network that it runs in. */
export function vcsAgentCommand(): Command {
  const command = new Command('vcs-agent')
    .description(
      `Carry git from the control plane to a host that only this network reaches, over connections that go out. The token comes from the variable ${TOKEN}, or from a file.`,
    )
    .addOption(new Option('--token-file <file>', `file with the token of the VCS agent pool (default: $${TOKEN})`))
    .addOption(
      new Option(
        '--target-base-endpoint <url>',
        'address of the git host, to which the paths of repositories are added',
      )
        .env(VARIABLE('TARGET_BASE_ENDPOINT'))
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--vendor <vendor>', 'how the host lays out its repositories; git: in any way')
        .env(VARIABLE('VENDOR'))
        .choices(VENDOR_NAMES)
        .default('git'),
    )
    .addOption(
      new Option('--allowed-projects <regexp>', 'what the whole of group/repository must match to be carried (RE2)')
        .env(VARIABLE('ALLOWED_PROJECTS'))
        .default('.*'),
    )
    .addOption(
      new Option('--parallelism <number>', 'streams to each replica of the control plane, one request each at a time')
        .env(VARIABLE('PARALLELISM'))
        .argParser(wholeNumber(1, 64))
        .default(4),
    )
    .addOption(new Option('--name <name>', 'what people see it by').default(hostname(), 'the name of the host'))
    .addOption(logLevel())
    .action(async (flags: Flags) => {
      requireNode24('vcs-agent');
      const { start } = await import('../../vcs-agent');
      const stopping = new AbortController();
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
      await start({
        ...flags,
        token: tokenOf(flags),
        targetBaseEndpoint: endpointOf(flags.targetBaseEndpoint),
        version: VERSION,
        clock: systemClock,
        signal: stopping.signal,
      });
    });
  return withExamples(
    command,
    'vcs-agent --token-file token --target-base-endpoint https://git.internal --vendor gitlab',
    "vcs-agent --target-base-endpoint https://git.internal:8443 --allowed-projects 'platform/.*' --parallelism 8",
  );
}

/** Its sentence has no part of it. @throws UserError */
function tokenOf({ tokenFile }: Flags): VcsAgentToken {
  const given = tokenFile === undefined ? process.env[TOKEN] : readToken(tokenFile);
  const where = tokenFile === undefined ? TOKEN : '--token-file';
  if (!given?.trim())
    throw new UserError(`${where} is empty: it must be the token that the VCS agent pool was made with`);
  const token = parseVcsAgentToken(given);
  if (token) return token;
  throw new UserError(
    `${where} is no token of a VCS agent pool: use it exactly as \`worker-pools vcs-agent-pool create\` printed it`,
  );
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`--token-file: ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'failed'}`);
  }
}

/** @throws UserError */
function endpointOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isPlain =
    url && /^https?:$/.test(url.protocol) && `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isPlain) return url.href.replace(/\/+$/, '');
  // It may hold a password.
  throw new UserError(
    '--target-base-endpoint must be the address of the git host, such as https://git.internal or http://10.0.0.7:7990/base, without user, password and query: what git needs for the host comes from the stack',
  );
}
