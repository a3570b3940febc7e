import { html } from 'hono/html';
import type { AdminService } from '../../admin/admin-service';
import { RequestError } from '../../errors';
import { moment, runLink } from '../words';
import type { Form, Ids } from './form';
import { question, requireStack } from './question';

const back = ({ id }: Ids) => `/stacks/${id}/state`;

async function versionOf(admin: AdminService, ids: Ids) {
  const { id, name } = await requireStack(admin, ids);
  const { version: number = '' } = ids;
  const version = /^[1-9]\d{0,8}$/.test(number) && (await admin.states.version(id, Number(number)));
  if (version) return { name, version };
  throw new RequestError('not-found', `stack ${name} has no version ${number} of its state; the oldest ones go`);
}

async function lockOf(admin: AdminService, ids: Ids) {
  const { id, name } = await requireStack(admin, ids);
  const lock = await admin.states.lock(id);
  if (lock) return { name, lock };
  throw new RequestError('not-found', `the state of stack ${name} is not locked, or no longer`);
}

export const STATE_FORMS: readonly Form[] = [
  question({
    path: '/stacks/:id/state/:version/restore',
    action: 'state.restore',
    right: 'state:write',
    of: async (admin, ids) => {
      const { name, version } = await versionOf(admin, ids);
      return `version ${version.number} of the state of stack ${name}`;
    },
    title: (of) => `Restore ${of}?`,
    sentence: async (admin, ids) => {
      const { createdAt, serial } = (await versionOf(admin, ids)).version;
      const said = serial === null ? '' : `, serial ${serial}`;
      return html`Its content (of ${moment(createdAt)}${said}) becomes the newest version; those since then stay in the
      list. What runs have made since is not undone: a tool that finds this state does not know of it.`;
    },
    button: 'Restore',
    isDangerous: true,
    perform: (admin, { id = '', version = '' }) => admin.states.restore(id, Number(version)),
    back,
  }),
  question({
    path: '/stacks/:id/state/unlock',
    action: 'state.unlock',
    right: 'state:write',
    of: async (admin, ids) => `the state of stack ${(await lockOf(admin, ids)).name}`,
    title: (of) => `Unlock ${of}?`,
    sentence: async (admin, ids) => {
      const { runId, info, createdAt } = (await lockOf(admin, ids)).lock;
      return html`Run ${runLink(runId)} has held the lock since
      ${moment(createdAt)}${info.Operation && `, for ${info.Operation}`}. Without it, another may write the state at the
      same time, and one of both loses what it wrote. Stop the run first, if you can.`;
    },
    button: 'Unlock',
    isDangerous: true,
    perform: (admin, { id = '' }) => admin.states.unlock(id),
    back,
  }),
];
