import { LONGEST_LOG_TEXT } from '../../protocol/messages';
import { Readable } from 'node:stream';
import type { Hono, MiddlewareHandler } from 'hono';
import { stream } from 'hono/streaming';
import type { Logger } from 'pino';
import type { AdminService } from '../admin/admin-service';
import { archiveOf } from '../admin/source-archive';
import type { ApiKeys } from '../identity/api-keys';
import { RequestError } from '../errors';
import { isTerminal } from '../queue/transitions';
import type { LogRecord, RunRecord } from '../store/records';
import { bodyStream, type Admission } from '../admission';
import type { Action } from '../audit/actions';
import type { Refusals } from '../audit/refusals';
import { LIMIT } from '../limits';
import type { Right } from '../identity/rights';
import { StreamRights, type Proof } from '../identity/stream-rights';
import { refusingApp } from './app';
import { mayRead, requireCaller, type CallerEnv as Env } from './caller';

/** How often a silent log stream says that it lives. */
const BEAT_MS = 10_000;

/** Records that a follower gets at once. */
const PAGE_RECORDS = 500;

export interface ApiParts {
  readonly admin: AdminService;
  readonly apiKeys: ApiKeys;
  readonly admission: Admission;
  readonly refusals: Refusals;
  readonly logger: Logger;
}

/** What does not fit GraphQL, below `/api/v1`: uploads and streams. */
export function apiRoutes({ admin, apiKeys, admission, refusals, logger }: ApiParts): Hono<Env> {
  const app = refusingApp<Env>(logger);
  app.use(requireCaller(apiKeys, admission));
  const people = { admission, refusals };
  const mayChange = (right: Right, action: Action): MiddlewareHandler<Env> => {
    return async (c, next) => {
      const attempt = { action, objectId: c.req.param('name') };
      const actor = await refusals.admit(c.var.caller, admission.originOf(c), right, attempt);
      c.set('admin', admin.as(actor));
      await next();
    };
  };
  app.put('/stacks/:name/source', mayChange('source:write', 'stack.upload-source'), (c) =>
    admission.inFlight.during('uploads', LIMIT.uploads, 'too many uploads at once', async () => {
      const stack = await c.var.admin.uploadSource(c.req.param('name'), archiveOf(bodyStream(c)));
      return c.json({ id: stack.id, name: stack.name, source: stack.source });
    }),
  );
  app.put('/modules/:name/source', mayChange('source:write', 'module.upload-source'), (c) =>
    admission.inFlight.during('uploads', LIMIT.uploads, 'too many uploads at once', async () => {
      const source = await c.var.admin.modules.uploadSource(c.req.param('name'), archiveOf(bodyStream(c)));
      return c.json({ source });
    }),
  );
  app.get('/stacks/:name/state', mayRead(people, 'state:read'), async (c) => {
    const { version, content } = await admin.states.pull(c.req.param('name'), versionOf(c.req.query('version')));
    const headers = { 'Content-Type': 'application/json', 'Content-Length': String(version.bytes) };
    return c.body(Readable.toWeb(content) as ReadableStream, 200, headers);
  });
  app.put('/stacks/:name/state', mayChange('state:write', 'state.push'), (c) =>
    admission.inFlight.during('uploads', LIMIT.uploads, 'too many uploads at once', async () => {
      const { number, serial, bytes } = await c.var.admin.states.push(c.req.param('name'), bodyStream(c));
      return c.json({ number, serial, bytes });
    }),
  );
  app.get('/runs/:id/log', mayRead(people, 'stack:read'), async (c) => {
    const run = await admin.run(c.req.param('id'));
    if (!run) throw new RequestError('not-found', `run ${c.req.param('id')} not found`);
    const after = Number(c.req.query('after') ?? 0);
    if (!Number.isSafeInteger(after) || after < 0) {
      throw new RequestError('malformed', 'after must be the id of the last record that you have, or 0');
    }
    const follow = ['1', 'true'].includes(c.req.query('follow') ?? '');
    const leave = admission.inFlight.enter('followers', LIMIT.followers, 'too many logs are read at once');
    c.header('Content-Type', 'application/x-ndjson');
    return stream(c, async (out) => {
      const gone = new AbortController();
      out.onAbort(() => gone.abort());
      try {
        const reader = { after, follow, proof: c.var.proof, signal: gone.signal };
        for await (const line of logLines(admin, run.id, reader)) await out.write(line);
      } finally {
        leave();
      }
    });
  });
  return app;
}

/** @throws RequestError `malformed` */
function versionOf(text: string | undefined): number | undefined {
  if (text === undefined || /^[1-9]\d{0,8}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new RequestError('malformed', 'version must be the number of a version of the state');
}

interface LogReader {
  /** The last record that they have. */
  readonly after: number;
  readonly follow: boolean;
  readonly proof: Proof;
  readonly signal: AbortSignal;
}

/**
 * The log as NDJSON: `{"id", "attempt", "writer", "stream", "step", "text", ...}` for each record, `{"state", "message",
 * "reason"}` for each state; an empty line means only that the stream lives. A follower that was cut off goes on with
 * `after` set to the last id that it has. Ends with the rights of its reader.
 */
async function* logLines(admin: AdminService, runId: string, reader: LogReader): AsyncGenerator<string> {
  const { after, follow, proof, signal } = reader;
  const rights = new StreamRights(proof);
  let cursor = after;
  let told = '';
  while (!signal.aborted) {
    // Begun before the look, so that what happens after it is not missed.
    const sleep = admin.sleepUntilRunChanges(runId, BEAT_MS, signal);
    const rightsChange = admin.sleepUntil(proof.topic ?? '', BEAT_MS, signal);
    try {
      if (!(await rights.holdForNow())) return;
      const run = await admin.run(runId);
      if (!run) return;
      const records = await admin.readLog(runId, cursor, PAGE_RECORDS, LIMIT.logPageCharacters);
      for (const record of records) yield `${JSON.stringify(record)}\n`;
      cursor = records.at(-1)?.id ?? cursor;
      if (mayHaveMore(records)) continue;
      const state = stateLine(run);
      const isNews = state !== told;
      if (isNews) yield state;
      told = state;
      if (!follow || isLast(admin, run)) return;
      // Something may have happened while what there was went out: look again before sleeping.
      if (isNews || records.length > 0) continue;
      if (!(await rights.hold())) return;
      if (await isSilence(Promise.race([sleep.over, rightsChange.over]))) yield '\n';
    } finally {
      sleep.wake();
      rightsChange.wake();
    }
  }
}

const isLast = (admin: AdminService, run: RunRecord): boolean => isTerminal(run.state) || admin.isClosed;

/** Whether nothing happened until a stream is to say that it lives. */
async function isSilence(slept: Promise<unknown>): Promise<boolean> {
  const before = performance.now();
  await slept;
  return performance.now() - before >= BEAT_MS;
}

/** Whether a page may have been cut: there was no room for one more of the longest records. */
function mayHaveMore(records: readonly LogRecord[]): boolean {
  const characters = records.reduce((sum, { text }) => sum + text.length, 0);
  return records.length === PAGE_RECORDS || characters + LONGEST_LOG_TEXT > LIMIT.logPageCharacters;
}

function stateLine(run: RunRecord): string {
  return `${JSON.stringify({ state: run.state, reason: run.reason, message: run.message })}\n`;
}
