import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import { RequestError } from '../errors';
import type { Right } from '../identity/rights';
import { page } from './layout';
import type { Html } from './html';

type Ids = Readonly<Record<string, string>>;

/** What a person does by a form, after a page that says what will happen. */
export interface Action {
  /** Below `/`, as Hono has it. */
  readonly path: string;
  readonly right: Right;
  /** What it is done to, as the page calls it. @throws RequestError `not-found` */
  readonly of: (admin: AdminService, ids: Ids) => Promise<string>;
  readonly title: (of: string) => string;
  readonly sentence: string;
  readonly button: string;
  readonly isDangerous?: boolean;
  /** What the form asks for beside. @default - nothing */
  readonly fields?: Html;
  readonly perform: (admin: AdminService, ids: Ids, form: URLSearchParams) => Promise<unknown>;
  /** The page where one sees what came of it, and where one goes without. */
  readonly back: (ids: Ids) => string;
}

async function runOf(admin: AdminService, { id = '' }: Ids): Promise<string> {
  const run = await admin.run(id);
  if (!run) throw new RequestError('not-found', `there is no run ${id}`);
  return `run ${run.id} of ${run.stackName}`;
}

async function poolOf(admin: AdminService, { id = '' }: Ids): Promise<string> {
  const pool = await admin.pool(id);
  if (!pool) throw new RequestError('not-found', `there is no pool ${id}`);
  return `pool ${pool.name}`;
}

async function workerOf(admin: AdminService, ids: Ids): Promise<string> {
  const { worker = '' } = ids;
  const pool = await poolOf(admin, ids);
  const name = await admin.workerName(ids.id ?? '', worker);
  if (name === null) throw new RequestError('not-found', `there is no worker ${worker} in ${pool}`);
  return `worker ${name} of ${pool}`;
}

const run = { of: runOf, back: ({ id }: Ids) => `/runs/${id}` };
const pool = { of: poolOf, back: ({ id }: Ids) => `/pools/${id}` };
const worker = { of: workerOf, back: ({ id }: Ids) => `/pools/${id}` };

export const ACTIONS: readonly Action[] = [
  {
    ...run,
    path: '/runs/:id/confirm',
    right: 'run:write',
    title: (of) => `Confirm ${of}?`,
    sentence: 'Its plan is applied as it is.',
    button: 'Confirm',
    perform: (admin, { id = '' }) => admin.confirm(id),
  },
  {
    ...run,
    path: '/runs/:id/discard',
    right: 'run:write',
    title: (of) => `Discard ${of}?`,
    sentence: 'Its plan is dropped, and nothing changes.',
    button: 'Discard',
    perform: (admin, { id = '' }) => admin.discard(id),
  },
  {
    ...run,
    path: '/runs/:id/stop',
    right: 'run:write',
    title: (of) => `Stop ${of}?`,
    sentence:
      'One that waits ends at once. One that works is asked to stop, and what it was changing may be left half done. Of one that has ended you say that its Pod is gone.',
    button: 'Stop',
    isDangerous: true,
    perform: (admin, { id = '' }) => admin.stop(id),
  },
  {
    ...worker,
    path: '/pools/:id/workers/:worker/drain',
    right: 'worker:write',
    title: (of) => `Drain ${of}?`,
    sentence: 'It gets no further run until it is undrained. A run that it works on goes on.',
    button: 'Drain',
    perform: (admin, { id = '', worker = '' }) => admin.setDrained(id, worker, true),
  },
  {
    ...worker,
    path: '/pools/:id/workers/:worker/undrain',
    right: 'worker:write',
    title: (of) => `Undrain ${of}?`,
    sentence: 'It gets runs again.',
    button: 'Undrain',
    perform: (admin, { id = '', worker = '' }) => admin.setDrained(id, worker, false),
  },
  {
    ...pool,
    path: '/pools/:id/cycle',
    right: 'worker:write',
    title: (of) => `Cycle ${of}?`,
    sentence:
      'Every worker is replaced: idle ones go at once, busy ones after their run. Whoever is drained goes, too. It cannot be taken back.',
    button: 'Cycle',
    isDangerous: true,
    perform: (admin, { id = '' }) => admin.cyclePool(id),
  },
  {
    ...pool,
    path: '/pools/:id/reset',
    right: 'pool:reset',
    title: (of) => `Reset ${of}?`,
    sentence:
      'Its token and certificate are refused from now on, so that its controllers cannot speak for it until they have the new token. Runs that have started finish and report.',
    button: 'Reset',
    isDangerous: true,
    fields: html`<p>
        <label for="csr"
          >Certificate signing request (PEM) of the new key, as <code>openssl req -new</code> makes it</label
        >
      </p>
      <textarea id="csr" name="csr" rows="12" required spellcheck="false" autocomplete="off"></textarea>
      <p class="muted small">
        <code>worker-pools pool show NAME --token</code> prints the new token then.
        <code>worker-pools pool reset NAME --out DIR</code> does all of it.
      </p>`,
    perform: (admin, { id = '' }, form) => admin.resetPool(id, form.get('csr') ?? ''),
  },
];

/** Asks before anything happens. */
export function confirmation(action: Action, of: string, ids: Ids): Html {
  const { title, sentence, button, isDangerous, fields, back } = action;
  return page(
    title(of),
    html`<h1>${title(of)}</h1>
      <form method="post" class="card">
        <p>${sentence}</p>
        ${fields ?? ''}
        <p class="actions">
          <button class="button ${isDangerous ? 'danger' : 'primary'}">${button}</button>
          <a class="button" href="${back(ids)}">Leave it as it is</a>
        </p>
      </form>`,
  );
}

/**
 * Whether a form was sent by a page of ours: browsers say so by `Sec-Fetch-Site`, and where they do not (no TLS), by the
 * `Origin` that every form has.
 */
export function isFromOurPage(header: (name: string) => string | undefined): boolean {
  const site = header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin';
  const origin = header('Origin');
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === header('Host');
}
