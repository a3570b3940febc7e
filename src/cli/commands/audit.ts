import { Command, InvalidArgumentError, Option } from 'commander';
import type { ResultOf, VariablesOf } from 'gql.tada';
import type { ApiClient } from '../api/client';
import { apiAction } from '../api/command';
import { AUDIT_TRAIL } from '../api/documents';
import { output } from '../api/formats';
import { commandGroup, withExamples } from '../api/help';
import { printData, table, when } from '../api/output';
import { found } from '../api/pages';
import { showList, withWatch } from '../api/watch';
import { collect, wholeNumber } from '../options';
import { parseDuration } from '../../time';

type Entry = ResultOf<typeof AUDIT_TRAIL>['searchAuditTrailEntries']['edges'][number]['node'];

/** How many of the newest are looked at for what is new. */
const WATCHED = 100;
/** Where nobody says how many, and nothing is exported. */
const SHOWN = 50;

interface Flags {
  readonly actor?: string[];
  readonly action?: string[];
  readonly object?: string[];
  readonly since?: number;
  readonly until?: number;
  readonly search?: string;
  readonly refused?: boolean;
  readonly limit?: number;
  readonly watch?: boolean;
  readonly output?: 'json' | 'jsonl' | 'yaml' | 'name';
}

/** `worker-pools audit`: who did what. */
export const auditCommand = (): Command =>
  commandGroup('audit', 'Look at the audit trail: who did what.', listCommand());

function listCommand(): Command {
  const command = new Command('list')
    .description('List who changed what, and what was refused, newest first. Several values of a flag: any of them.')
    .option('--actor <actor>', 'id or name of who did it', collect)
    .option('--action <action>', 'such as run.confirm; docs/reference/audit-actions.md lists them', collect)
    .option('--object <object>', 'id or name of what it was done to, or of what it belongs to', collect)
    .option('--since <time>', 'from then on: 2026-11-27, 2026-11-27T08:00:00Z, or 24h ago', timeOf)
    .option('--until <time>', 'before then', timeOf)
    .option('--search <text>', 'a text in actors, objects, actions and addresses')
    .option('--refused', 'what was refused alone')
    .option(
      '--limit <number>',
      `at most so many (default: ${SHOWN}; all with --output json, jsonl or yaml)`,
      wholeNumber(1),
    )
    .addOption(
      new Option(
        '-o, --output <format>',
        'for programs; jsonl: an entry a line, oldest first; name: ids alone',
      ).choices(['json', 'jsonl', 'yaml', 'name']),
    );
  withExamples(
    withWatch(command),
    'audit list --object production --since 24h',
    'audit list --actor ci --action run.confirm',
    'audit list --refused --watch',
    'audit list --since 2026-11-01 --until 2026-12-01 --output jsonl',
  );
  return apiAction<Flags>(command, async (client, flags) => {
    if (flags.watch) return watch(client, flags);
    if (flags.output === 'jsonl') return exportLines(client, flags);
    const entries: Entry[] = [];
    const usual = flags.output === 'json' || flags.output === 'yaml' ? Infinity : SHOWN;
    for await (const entry of pages(client, flags, 'DESC', flags.limit ?? usual)) entries.push(entry);
    const text = table([HEAD, ...entries.map(row)]);
    output(
      flags.output === undefined ? {} : { output: flags.output },
      entries,
      entries.map(({ id }) => id),
      text,
    );
  });
}

async function exportLines(client: ApiClient, flags: Flags): Promise<void> {
  for await (const entry of pages(client, flags, 'ASC', flags.limit ?? Infinity)) printData(entry, 'json-line');
}

/** The newest ones, then each that is new; the newest last, as in a log. */
async function watch(client: ApiClient, flags: Flags): Promise<void> {
  const format = flags.output === 'jsonl' ? 'json' : flags.output;
  await showList<Entry>(
    client,
    { watch: true, ...(format && { output: format }) },
    {
      head: HEAD,
      row,
      ask: async () => {
        const newest: Entry[] = [];
        for await (const entry of pages(client, flags, 'DESC', flags.limit ?? WATCHED)) newest.unshift(entry);
        return newest;
      },
    },
  );
}

function pages(client: ApiClient, flags: Flags, direction: 'ASC' | 'DESC', most: number): AsyncGenerator<Entry> {
  return found(most, async (page) => {
    const input: VariablesOf<typeof AUDIT_TRAIL>['input'] = {
      ...page,
      fullTextSearch: flags.search ?? null,
      predicates: predicatesOf(flags),
      orderBy: { field: 'createdAt', direction },
    };
    return (await client.query(AUDIT_TRAIL, { input })).searchAuditTrailEntries;
  });
}

function predicatesOf({ actor, action, object, since, until, refused }: Flags) {
  const texts = Object.entries({ actor, action, object }).flatMap(([field, stringMatches]) =>
    stringMatches ? [{ field, constraint: { stringMatches } }] : [],
  );
  const range = { ...(since !== undefined && { start: since }), ...(until !== undefined && { end: until }) };
  return [
    ...texts,
    ...(Object.keys(range).length > 0 ? [{ field: 'createdAt', constraint: { timeInRange: range } }] : []),
    ...(refused ? [{ field: 'eventType', constraint: { enumEquals: ['REFUSAL'] } }] : []),
  ];
}

const HEAD = ['TIME', 'ACTOR', 'ACTION', 'OBJECT', 'OUTCOME', 'CHANGES'];

function row(entry: Entry): string[] {
  const { createdAt, actor, action, code, count, remoteIP } = entry;
  const many = count > 1 ? ` (${count} times)` : '';
  return [
    when(createdAt),
    actor.username || (actor.kind === 'nobody' ? `nobody, from ${remoteIP}` : actor.kind),
    action,
    objectOf(entry),
    code === '' ? 'done' : `${code}${many}`,
    entry.changes
      .map(({ field, from, to }) => `${field}: ${from === null ? '' : `${from} -> `}${to ?? 'none'}`)
      .join('; '),
  ];
}

function objectOf({ affectedResource, relatedResource }: Entry): string {
  const named = ({ name, resourceId }: Entry['affectedResource']) => name || (resourceId ?? '');
  return relatedResource ? `${named(affectedResource)} of ${named(relatedResource)}` : named(affectedResource);
}

/** Seconds since the epoch. */
function timeOf(text: string): number {
  const ago = parseDuration(text);
  const at = ago === undefined ? Date.parse(text) : Date.now() - ago;
  if (Number.isFinite(at)) return Math.floor(at / 1000);
  throw new InvalidArgumentError(
    'it must be a day such as 2026-11-27, a time such as 2026-11-27T08:00:00Z, or a while such as 24h',
  );
}
