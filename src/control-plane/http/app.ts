import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Logger } from 'pino';
import { HTTP_STATUS, RequestError } from '../errors';

/** Largest JSON body, in bytes. */
const JSON_LIMIT = 16 * 1024 * 1024;

/** An app whose errors are refusals: `{code, message}` with the status that fits. */
export function refusingApp(logger: Logger): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof RequestError) {
      return c.json({ code: error.code, message: error.message }, HTTP_STATUS[error.code]);
    }
    logger.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed');
    return c.json({ code: 'internal', message: 'the control plane failed at this request: its log says why' }, 500);
  });
  app.notFound((c) => c.json({ code: 'not-found', message: `there is nothing at ${c.req.method} ${c.req.path}` }, 404));
  return app;
}

export const limitJson = bodyLimit({
  maxSize: JSON_LIMIT,
  onError: (c) => c.json({ code: 'too-large', message: `the body is larger than ${JSON_LIMIT} bytes` }, 413),
});

/** @throws RequestError `malformed` */
export async function jsonBody(request: { json(): Promise<unknown> }): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new RequestError('malformed', 'the body is not JSON');
  }
}

export function bearer(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
}
