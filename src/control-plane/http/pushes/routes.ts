import { createHash } from 'node:crypto';
import type { Context, Hono } from 'hono';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { AdminService } from '../../admin/admin-service';
import type { Admission } from '../../admission';
import { textOf } from '../../admission/json-meter';
import { actorOf } from '../../audit/actor';
import type { Refusals } from '../../audit/refusals';
import { RequestError, told as inOneLine } from '../../errors';
import { LIMIT } from '../../limits';
import type { PushDelivery, PushHookRecord } from '../../store/push-hooks';
import type { StackRecord } from '../../store/records';
import { parseJsonBody, refusingApp } from '../app';
import { decide, type Decision } from './decide';
import type { Header, Told } from './event';
import { deliveryOf, eventOf, hostOf, type GitHost } from './hosts';

/** How a delivery of a git host ended: with a run, with none, refused, or slowed after too many. */
export type PushResult = 'run' | 'nothing' | 'refused' | 'slowed';

export interface PushParts {
  readonly admin: AdminService;
  readonly admission: Admission;
  readonly refusals: Refusals;
  readonly logger: Logger;
  readonly now: () => number;
  /** @param host '' where it is none that is known */
  readonly heard: (host: string, result: PushResult) => void;
}

/** Where git hosts tell of pushes: `POST /api/v1/stacks/<stack>/push`. Whoever sends is proved by the secret of the stack. */
export function pushRoutes(parts: PushParts): Hono {
  const app = refusingApp(parts.logger);
  app.post('/stacks/:stack/push', async (c) => {
    const host = hostOf((name) => c.req.header(name));
    const ended = (result: PushResult) => parts.heard(host?.name ?? '', result);
    try {
      const answer = await new Delivery(parts, c, host).answer();
      ended(answer.run === null ? 'nothing' : 'run');
      return c.json(answer, answer.run === null ? 200 : 202);
    } catch (error) {
      ended(error instanceof RequestError && error.code === 'too-many-requests' ? 'slowed' : 'refused');
      throw error;
    }
  });
  return app;
}

interface Answer {
  /** Its id. */
  readonly run: string | null;
  /** Null where one follows. */
  readonly why: string | null;
}

/** One delivery, from the knock at the door to what came of it. */
class Delivery {
  private readonly header: Header;

  constructor(
    private readonly parts: PushParts,
    private readonly c: Context,
    private readonly host: GitHost | undefined,
  ) {
    this.header = (name) => c.req.header(name);
  }

  async answer(): Promise<Answer> {
    const { host, body, stack, hook } = await this.proved();
    const event = eventOf(host, this.header);
    const note = (result: Pick<PushDelivery, 'runId' | 'message'>) =>
      this.parts.admin.pushes.note(stack.id, { host: host.name, event: plain(event), ...result });
    try {
      const { told, decision } = this.understood(host, event, body, { stack, hook });
      if ('why' in decision) {
        // Names of branches and repositories stand in it.
        const why = inOneLine(decision.why);
        await note({ runId: null, message: why });
        return { run: null, why };
      }
      const run = await this.follow(stack, decision.run, this.keyOf(host, told, body));
      await note({ runId: run, message: null });
      return { run, why: null };
    } catch (error) {
      if (error instanceof RequestError) await note({ runId: null, message: `refused: ${error.message}` });
      throw error;
    }
  }

  /** Who sends, and what they say, which nobody has read yet. @throws RequestError */
  private async proved() {
    const { admin, admission, now } = this.parts;
    const id = this.c.req.param('stack') ?? '';
    // A webhook that was left behind must not be in the way of the others of its host.
    const who = `${admission.addressOf(this.c)} ${id.slice(0, 40)}`;
    admission.pushProofs.check(who);
    const { host } = this;
    if (!host) throw new RequestError('malformed', 'no header says which event this is: it comes from no git host');
    const found = await this.counted(who, () => admin.pushes.secretOf(id));
    const { stack, hook, secret } = found;
    requireJson(this.header);
    // Of all of them together, since nobody has proved yet who they are.
    const body = await admission.bytes(this.c, { who: 'git hosts', most: LIMIT.pushBytes });
    const proof = { header: this.header, body, secret, now: now() };
    await this.counted(who, () => Promise.resolve(host.proves(proof) || undefined));
    admission.pushed(stack.id);
    return { host, body, stack, hook };
  }

  /** @throws RequestError `unauthorized`, once that is noted, where there is nothing: nobody is told which it was */
  private async counted<T>(who: string, prove: () => Promise<T | undefined>): Promise<T> {
    const { admission, refusals } = this.parts;
    const found = await admission.pushProofs.attempt(who, prove);
    if (found !== undefined) return found;
    const refusal = new RequestError(
      'unauthorized',
      'this stack hears of no pushes, or the secret of the webhook is not that of the stack',
    );
    const stack = this.c.req.param('stack') ?? '';
    const attempt = { action: 'run.trigger', related: { kind: 'stack', id: stack } } as const;
    const actor = { kind: 'nobody', id: '', name: '', role: '', ...admission.originOf(this.c) };
    await refusals.note(`address ${admission.addressOf(this.c)}`, attempt, actor, refusal);
    throw refusal;
  }

  private understood(
    host: GitHost,
    event: string,
    body: Buffer,
    { stack, hook }: { readonly stack: StackRecord; readonly hook: PushHookRecord },
  ): { readonly told: Told | undefined; readonly decision: Decision } {
    const json = parseJsonBody(textOf(body));
    if (event === host.ping) return { told: undefined, decision: { why: `${host.name} reaches stack ${stack.name}` } };
    const told = this.read(host, event, json, stack.repository?.branch ?? '');
    return { told, decision: decide(stack, hook, told) };
  }

  private read(host: GitHost, event: string, json: unknown, tracked: string): Told {
    try {
      return host.read(event, json, tracked);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      const [issue] = error.issues;
      const lack = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
      throw new RequestError('malformed', `this is no ${plain(event)} of ${host.name}, as far as is known: ${lack}`);
    }
  }

  private keyOf(host: GitHost, told: Told | undefined, body: Uint8Array): string {
    const once = told?.of.kind === 'request' ? told.of.once : undefined;
    return once === undefined
      ? deliveryOf(host, this.header, body)
      : createHash('sha256').update(`${host.name}\n${once}`).digest('hex');
  }

  private async follow(stack: StackRecord, run: Extract<Decision, { run: object }>['run'], key: string) {
    const { admin, admission } = this.parts;
    const who = { kind: 'git host', id: stack.id, name: `pushes to stack ${stack.name}`, role: '' };
    const actor = actorOf(who, admission.originOf(this.c));
    return (await admin.as(actor).createRun({ ...run, stack: stack.id, idempotencyKey: `push-${key}` })).id;
  }
}

/** What GitHub sends, unless it is told otherwise, is a form. @throws RequestError `malformed` */
function requireJson(header: Header): void {
  const type = header('Content-Type') ?? '';
  if (/^application\/json\s*(;|$)/i.test(type)) return;
  const given = type.slice(0, 60) || 'unknown';
  throw new RequestError(
    'malformed',
    `the body is of type ${given}: set the content type of the webhook to application/json`,
  );
}

const plain = (event: string): string => event.replaceAll(/[^\w:. -]/g, '').slice(0, 60);
