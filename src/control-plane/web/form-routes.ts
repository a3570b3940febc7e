import type { Readable } from 'node:stream';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { tryDecodeURIComponent } from 'hono/utils/url';
import { actorOf } from '../audit/actor';
import { bodyStream } from '../admission';
import { LARGEST_SOURCE } from '../admin/source-archive';
import type { AdminService } from '../admin/admin-service';
import { HTTP_STATUS, RequestError } from '../errors';
import { LIMIT } from '../limits';
import { FORMS } from './forms';
import { formHtml, type Done, type Form, type Ids, type UploadForm, type ValuesForm } from './forms/form';
import { isFromOurPage, NOT_FROM_HERE } from './forms/ours';
import { receiveFile } from './forms/receive';
import { Values, type Sent } from './forms/values';
import type { Env } from './identify';
import { errorPage, page } from './layout';
import { mayNot, notAllowed, noteRefusal } from './not-allowed';
import { send } from './send';
import type { WebParts } from './web-parts';

/** What of a body that is refused is still read, so that a browser sees the answer. */
const DRAINED_BYTES = 2 * LARGEST_SOURCE;

/** Everything that people do on the pages: each by a form on a page of its own. */
export function formRoutes(app: Hono<Env>, parts: WebParts): void {
  for (const form of FORMS) {
    const mayChange = formAllowed(form, parts);
    app.get(form.path, mayChange, async (c) => {
      const asked = await form.ask(parts.admin, c.req.param(), new URL(c.req.url).searchParams);
      return send(c, page(asked.title, formHtml(asked, c.req.path), c.var));
    });
    const door = new FormDoor(parts);
    app.post(form.path, mayChange, (c) => ('take' in form ? door.upload(c, form) : door.perform(c, form)));
  }
}

/** How forms come in. */
class FormDoor {
  constructor(private readonly parts: WebParts) {}

  async perform(c: Context<Env>, form: ValuesForm): Promise<Response> {
    const { admission } = this.parts;
    const { who } = c.var.viewer;
    let values = Values.of([]);
    try {
      const body = await admission.bytes(c, { who, most: LIMIT.formBytes, isJson: false });
      values = await Values.read(body, c.req.header('Content-Type'));
      return await this.done(c, await form.perform(this.own(c), c.req.param(), values));
    } catch (error) {
      return this.again(c, form, values, error);
    }
  }

  upload(c: Context<Env>, form: UploadForm): Promise<Response> {
    const busy = 'too many uploads at once';
    return this.parts.admission.inFlight.during('uploads', LIMIT.uploads, busy, async () => {
      const body = bodyStream(c);
      try {
        const take = (content: Readable) => form.take(this.own(c), c.req.param(), content);
        return await this.done(c, await receiveFile(body, c.req.header('Content-Type') ?? '', form.field, take));
      } catch (error) {
        await drain(body);
        return this.again(c, form, Values.of([]), inFieldOf(form, error));
      }
    });
  }

  private own(c: Context<Env>): AdminService {
    const { admin, admission } = this.parts;
    const { caller } = c.var.viewer;
    return caller ? admin.as(actorOf(caller, admission.originOf(c))) : admin;
  }

  private done(c: Context<Env>, done: Done): Response | Promise<Response> {
    return 'goTo' in done ? c.redirect(done.goTo, 303) : send(c, page(done.title, done.content, c.var));
  }

  /** The form once more, with what was typed and what is wrong with it. */
  private async again(c: Context<Env>, form: Form, values: Values, error: unknown): Promise<Response> {
    if (!(error instanceof RequestError) || error.cause !== undefined) throw error;
    const asked = await form.ask(this.parts.admin, c.req.param(), new URLSearchParams());
    // A question has nothing to be mended.
    if (!asked.fields) throw error;
    const again = formHtml(asked, c.req.path, { values, error });
    return send(c, page(`Not done: ${asked.title}`, again, c.var), HTTP_STATUS[error.code]);
  }
}

/** What is wrong with an upload is wrong with its only field. */
function inFieldOf({ field }: UploadForm, error: unknown): unknown {
  if (!(error instanceof RequestError) || error.cause !== undefined) return error;
  const { code, message, retryAfterSeconds } = error;
  return new RequestError(code, message, retryAfterSeconds, { field });
}

/** Reads on, for nothing: a browser that is cut off while it sends shows no answer. */
async function drain(body: Readable): Promise<void> {
  let left = DRAINED_BYTES;
  try {
    for await (const piece of body as AsyncIterable<Uint8Array>) {
      left -= piece.length;
      if (left < 0) break;
    }
  } catch {
    // It broke off.
  }
}

/** A form whose session had ended when it was sent: as it was filled in, for whoever has logged in since. */
export async function formAgain(
  c: Context<Env>,
  parts: WebParts,
  to: string,
  sent: Sent,
): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(to, c.req.url);
  const found = formAt(pathname);
  if (!found || !c.var.viewer.may(found.form.right)) return undefined;
  const asked = await found.form.ask(parts.admin, found.ids, searchParams);
  if (!asked.fields) return undefined;
  return send(c, page(asked.title, formHtml(asked, pathname, sent), c.var));
}

/** Whether a request brings a file that may be long on its way. */
export function isUpload({ req }: Context): boolean {
  const found = req.method === 'POST' ? formAt(req.path) : undefined;
  return found !== undefined && 'take' in found.form;
}

/** What cannot be decoded stands as it was sent, as in the routes' parameters. */
function formAt(path: string): { readonly form: Form; readonly ids: Ids } | undefined {
  const given = path.split('/');
  for (const form of FORMS) {
    const steps = form.path.split('/');
    const isAt = steps.length === given.length && steps.every((step, at) => step.startsWith(':') || step === given[at]);
    if (!isAt) continue;
    const ids = steps.flatMap((step, at) =>
      step.startsWith(':') ? [[step.slice(1), tryDecodeURIComponent(given[at]!)] as const] : [],
    );
    return { form, ids: Object.fromEntries(ids) };
  }
  return undefined;
}

/** Lets those go on who have the right, with a form that a page of ours has sent; what is refused is noted. */
function formAllowed({ right, action }: Form, parts: WebParts): MiddlewareHandler<Env> {
  return async (c, next) => {
    const isSent = c.req.method !== 'GET';
    const note = (sentence: string): Promise<void> => {
      const sent = { action, objectId: c.req.param('worker') ?? c.req.param('id') };
      return noteRefusal(c, parts, isSent ? sent : { action: 'api.read', objectId: c.req.path }, sentence);
    };
    if (!c.var.viewer.may(right)) {
      await note(mayNot(right));
      return send(c, notAllowed(c, right), 403);
    }
    if (isSent && !isFromOurPage((name) => c.req.header(name))) {
      await note(NOT_FROM_HERE);
      return send(c, errorPage('Not from here', NOT_FROM_HERE, c.var), 403);
    }
    return next();
  };
}
