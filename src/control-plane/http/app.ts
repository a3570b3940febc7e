import { Hono, type Context, type Env } from 'hono';
import type { Logger } from 'pino';
import { HTTP_STATUS, RequestError } from '../errors';

/** An app whose errors are refusals: `{code, message}` with the status that fits. No answer of it is kept by anybody. */
export function refusingApp<E extends Env = Env>(logger: Logger): Hono<E> {
  const app = new Hono<E>();
  app.use(async (c, next) => {
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
    await next();
  });
  app.onError((error, c) => {
    const isRefusal = error instanceof RequestError;
    const toLog = isRefusal ? error.cause : error;
    if (toLog) logger.error({ err: toLog, method: c.req.method, path: c.req.path }, 'request failed');
    if (isRefusal) return refusal(c, error);
    return c.json({ code: 'internal', message: 'the control plane failed at this request: its log says why' }, 500);
  });
  app.notFound((c) => c.json({ code: 'not-found', message: `there is nothing at ${c.req.method} ${c.req.path}` }, 404));
  return app;
}

function refusal(c: Context, { code, message, retryAfterSeconds }: RequestError): Response {
  if (retryAfterSeconds !== undefined) c.header('Retry-After', String(retryAfterSeconds));
  // What is still on its way is not wanted.
  if (code === 'too-large' || code === 'timeout') c.header('Connection', 'close');
  return c.json({ code, message, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) }, HTTP_STATUS[code]);
}

/** @throws RequestError `malformed` */
export function parseJsonBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError('malformed', 'the body is not JSON');
  }
}

export function bearer(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
