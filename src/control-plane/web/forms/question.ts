import type { AdminService } from '../../admin/admin-service';
import type { Action } from '../../audit/actions';
import { RequestError } from '../../errors';
import type { Right } from '../../identity/rights';
import type { Html } from '../html';
import type { Form, Ids } from './form';

/** What a person does after a page that says what will happen. */
export interface Question {
  readonly path: string;
  readonly right: Right;
  /** What the audit trail calls it. */
  readonly action: Action;
  /** What it is done to, as the page calls it. @throws RequestError `not-found` */
  readonly of: (admin: AdminService, ids: Ids) => Promise<string>;
  readonly title: (of: string) => string;
  readonly sentence: string | ((admin: AdminService, ids: Ids) => Promise<Html>);
  readonly button: string;
  readonly isDangerous?: boolean;
  readonly perform: (admin: AdminService, ids: Ids) => Promise<unknown>;
  /** Where one goes without. */
  readonly back: (ids: Ids) => string;
  /** Where one sees what came of it. @default back */
  readonly then?: (ids: Ids) => string;
}

export function question({
  path,
  right,
  action,
  of,
  title,
  sentence,
  perform,
  back,
  then = back,
  ...rest
}: Question): Form {
  return {
    path,
    right,
    action,
    ask: async (admin, ids) => ({
      ...rest,
      title: title(await of(admin, ids)),
      sentence: typeof sentence === 'string' ? sentence : await sentence(admin, ids),
      back: back(ids),
      leave: 'Leave it as it is',
    }),
    perform: async (admin, ids) => {
      await perform(admin, ids);
      return { goTo: then(ids) };
    },
  };
}

export async function requireRun(admin: AdminService, { id = '' }: Ids) {
  const run = await admin.run(id);
  if (!run) throw new RequestError('not-found', `there is no run ${id}`);
  return run;
}

export async function requirePool(admin: AdminService, { id = '' }: Ids) {
  const pool = await admin.pool(id);
  if (!pool) throw new RequestError('not-found', `there is no pool ${id}; it may have been deleted`);
  return pool;
}

export async function requireStack(admin: AdminService, { id = '' }: Ids) {
  const stack = await admin.stack(id);
  if (!stack) throw new RequestError('not-found', `there is no stack ${id}; it may have been deleted`);
  return stack;
}
