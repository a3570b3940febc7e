import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { RequestError } from '../errors';
import { LIMIT } from '../limits';
import { requirePool, requireRun, requireStack } from './forms/question';
import type { Env } from './identify';
import { page } from './layout';
import { logText, nextLog } from './log/log-page';
import { parsePlace } from './log/painter';
import { allow } from './not-allowed';
import { send } from './send';
import { tokenPage } from './token-page';
import type { WebParts } from './web-parts';

/** What is fetched beside the pages: logs, tokens, states. */
export function fileRoutes(app: Hono<Env>, parts: WebParts): void {
  logRoutes(app, parts);
  tokenRoutes(app, parts);
  app.get('/stacks/:id/state/:version/download', allow('state:read', parts), async (c) => {
    const stack = await requireStack(parts.admin, c.req.param());
    const number = c.req.param('version');
    if (!/^[1-9]\d{0,8}$/.test(number)) throw new RequestError('not-found', `there is no version ${number} of a state`);
    const { version, content } = await parts.admin.states.pull(stack.id, Number(number));
    c.header('Content-Disposition', `attachment; filename="${stack.name}-${version.number}.tfstate"`);
    const headers = { 'Content-Type': 'application/json', 'Content-Length': String(version.bytes) };
    return c.body(Readable.toWeb(content) as ReadableStream, 200, headers);
  });
}

function logRoutes(app: Hono<Env>, { admin, admission }: WebParts): void {
  app.get('/runs/:id/log', async (c) => {
    const run = await requireRun(admin, c.req.param());
    const place = parsePlace(c.req.query('after') ?? '0');
    if (!place) throw new RequestError('malformed', 'after must be where another part of the log ended, or 0');
    const before = Number(c.req.query('before') ?? Infinity);
    return c.json(await nextLog(admin, run.id, place, before));
  });
  app.get('/runs/:id/log.txt', async (c) => {
    const run = await requireRun(admin, c.req.param());
    const leave = admission.inFlight.enter('followers', LIMIT.followers, 'too many logs are read at once');
    c.header('Content-Type', 'text/plain; charset=utf-8');
    c.header('Content-Disposition', `attachment; filename="run-${run.id}.log"`);
    return stream(c, async (out) => {
      try {
        for await (const piece of logText(admin, run.id)) {
          if (out.aborted) break;
          await out.write(piece);
        }
      } finally {
        leave();
      }
    });
  });
}

function tokenRoutes(app: Hono<Env>, parts: WebParts): void {
  const { admin } = parts;
  app.get('/pools/:id/token', allow('pool:token', parts), async (c) => {
    const pool = await requirePool(admin, c.req.param());
    return send(c, page(`Token of ${pool.name}`, tokenPage(pool), c.var));
  });
  app.get('/pools/:id/token.txt', allow('pool:token', parts), async (c) => {
    const { config } = await requirePool(admin, c.req.param());
    c.header('Content-Disposition', 'attachment; filename="token"');
    return c.text(config);
  });
}
