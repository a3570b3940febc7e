import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import type { Verdict } from '../../fault';
import type { Books, Intent, Told } from './books';

interface RunRow {
  readonly id: string;
  readonly idempotencyKey: string | null;
  readonly state: string;
  readonly reason: string | null;
  readonly message: string;
}

interface StartRow {
  readonly runId: string;
  readonly attempt: number;
  readonly stage: string;
  readonly podUid: string;
}

interface LineRow {
  readonly runId: string;
  readonly attempt: number;
  /** As text, where the database is PostgreSQL. */
  readonly sequence: number | string;
  readonly text: string;
}

interface StateRow {
  readonly runId: string | null;
  readonly sha256: string;
}

/** What a database says, read past the control plane. */
export interface Stored {
  readonly runs: readonly RunRow[];
  readonly starts: readonly StartRow[];
  readonly lines: readonly LineRow[];
  readonly states: readonly StateRow[];
}

const QUESTIONS: Readonly<Record<keyof Stored, string>> = {
  runs: 'SELECT id, "idempotencyKey", state, reason, message FROM runs',
  starts: 'SELECT "runId", attempt, stage, "podUid" FROM assignments WHERE "startedAt" IS NOT NULL',
  lines: `SELECT "runId", attempt, sequence, text FROM logs WHERE writer = 'relay' ORDER BY "runId", position`,
  states: 'SELECT "runId", sha256 FROM "stateVersions"',
};

const ENDS = new Set(['FINISHED', 'FAILED', 'STOPPED', 'CANCELED', 'DISCARDED']);

/** @param url of PostgreSQL; undefined: a file of SQLite in the folder */
export async function readStored(dataDir: string, url: string | undefined): Promise<Stored> {
  const ask = url === undefined ? askFile(join(dataDir, 'control-plane.db')) : await askServer(url);
  try {
    const [runs, starts, lines, states] = [
      await ask.rows<RunRow>(QUESTIONS.runs),
      await ask.rows<StartRow>(QUESTIONS.starts),
      await ask.rows<LineRow>(QUESTIONS.lines),
      await ask.rows<StateRow>(QUESTIONS.states),
    ];
    return { runs, starts, lines, states };
  } finally {
    await ask.close();
  }
}

interface Asking {
  rows<Row>(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

function askFile(path: string): Asking {
  const database = new DatabaseSync(path, { readOnly: true });
  return {
    rows: <Row>(sql: string) => Promise.resolve(database.prepare(sql).all() as Row[]),
    close: () => Promise.resolve(database.close()),
  };
}

async function askServer(connectionString: string): Promise<Asking> {
  const client = new Client({ connectionString });
  await client.connect();
  return {
    rows: async <Row>(sql: string) => (await client.query(sql)).rows as Row[],
    close: () => client.end(),
  };
}

function grouped<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

/** What is wrong with one run. */
interface Wrong {
  readonly how: 'lost' | 'doubled' | 'killed';
  readonly sentence: string;
}

/** Compares what a database says with what its clients were told. */
export function audit(books: Books, stored: Stored): Omit<Verdict, 'recoveredInMs'> {
  const counted = { lost: 0, doubled: 0, killed: 0 };
  const amiss = [...books.amiss];
  let finished = 0;
  const facts = new Facts(stored);
  const { doubled } = books;
  for (const intent of books.intents) {
    const wrong = [...wrongOf(intent, books, facts)];
    if (intent.id !== undefined && doubled.has(intent.id)) {
      wrong.push({
        how: 'doubled',
        sentence: 'two Pods of one stage were let start, or a worker had two runs at once',
      });
    }
    const [first] = wrong;
    if (first) counted[first.how] += 1;
    if (!wrong.some(({ how }) => how === 'lost')) finished += 1;
    amiss.push(...wrong.map(({ how, sentence }) => `${how}: ${intent.stack} ${intent.id ?? intent.key}: ${sentence}`));
  }
  const keys = new Set(books.intents.map(({ key }) => key));
  for (const { id, idempotencyKey: key } of stored.runs) {
    if (key === null || !keys.has(key)) amiss.push(`nobody asked for the run ${id}`);
  }
  return { asked: books.intents.length, finished, ...counted, ...(amiss.length > 0 && { amiss }) };
}

class Facts {
  readonly byKey: ReadonlyMap<string | null, RunRow[]>;
  readonly starts: ReadonlyMap<string, StartRow[]>;
  readonly lines: ReadonlyMap<string, LineRow[]>;
  readonly states: ReadonlyMap<string | null, StateRow[]>;

  constructor({ runs, starts, lines, states }: Stored) {
    this.byKey = grouped(runs, (run) => run.idempotencyKey);
    this.starts = grouped(starts, (start) => start.runId);
    this.lines = grouped(lines, ({ runId, attempt }) => `${runId} ${attempt}`);
    this.states = grouped(states, ({ runId }) => runId);
  }
}

function* wrongOf({ key, id }: Intent, books: Books, facts: Facts): Generator<Wrong> {
  const rows = facts.byKey.get(key) ?? [];
  const [run] = rows;
  if (!run) return void (yield { how: 'lost', sentence: 'it is not in the database' });
  if (rows.length > 1) yield { how: 'doubled', sentence: `it is ${rows.length} times in the database` };
  if (id !== undefined && id !== run.id) yield { how: 'lost', sentence: `it is stored as ${run.id}` };
  const stages = grouped(facts.starts.get(run.id) ?? [], ({ stage }) => stage);
  for (const [stage, starts] of stages) {
    if (starts.length > 1) yield { how: 'doubled', sentence: `${starts.length} Pods were let start for ${stage}` };
  }
  const attempts = [...(books.told.get(run.id) ?? [])];
  for (const [attempt, told] of attempts) yield* wrongOfAttempt(run, attempt, told, facts);
  yield* wrongOfEnd(run, attempts.at(-1)?.[1].outcome);
}

function* wrongOfEnd({ state, reason, message }: RunRow, told: Told['outcome']): Generator<Wrong> {
  if (!ENDS.has(state)) yield { how: 'lost', sentence: `it is still ${state}` };
  else if (reason !== told?.reason || message !== told.message) {
    yield { how: 'killed', sentence: `its Pod told ${told?.reason ?? 'no end'}, stored is ${reason}: ${message}` };
  }
}

function* wrongOfAttempt(run: RunRow, attempt: number, told: Told, facts: Facts): Generator<Wrong> {
  const stored = facts.lines.get(`${run.id} ${attempt}`) ?? [];
  if (stored.length < told.acknowledged) {
    yield {
      how: 'lost',
      sentence: `${told.acknowledged} lines of attempt ${attempt} were taken, ${stored.length} are stored`,
    };
  }
  const other = stored.findIndex(
    ({ sequence, text }, index) => Number(sequence) !== index + 1 || text !== told.lines[index],
  );
  if (other !== -1) {
    const { sequence, text } = stored[other]!;
    yield { how: 'lost', sentence: `line ${other + 1} of attempt ${attempt} is stored as ${sequence}: ${text.trim()}` };
  }
  const states = facts.states.get(run.id) ?? [];
  for (const state of told.states) {
    const count = states.filter(({ sha256 }) => sha256 === state).length;
    if (count === 0) yield { how: 'lost', sentence: `a state that attempt ${attempt} wrote is not stored` };
    if (count > 1) yield { how: 'doubled', sentence: `a state that attempt ${attempt} wrote is stored ${count} times` };
  }
}
