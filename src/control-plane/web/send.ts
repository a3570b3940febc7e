import type { Context } from 'hono';
import { visibleLines } from '../../text/visible';
import type { HTTP_STATUS } from '../errors';
import type { Html } from './html';

export type Status = (typeof HTTP_STATUS)[keyof typeof HTTP_STATUS] | 200 | 403;

/** A page as it goes out, whole: what runs and names hold of control characters becomes visible, colours go. */
export async function send(c: Context, content: Html, status: Status = 200): Promise<Response> {
  return c.html(visibleLines(String(await content)), status);
}
