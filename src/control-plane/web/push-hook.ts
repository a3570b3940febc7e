import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { PushDelivery } from '../store/push-hooks';
import type { StackRecord } from '../store/records';
import { facts, table, type Html } from './html';
import { age, runLink } from './words';

/** Of what came last, so many lines. */
const SHOWN = 10;

/** Of which pushes a stack hears, and what came of the last ones. */
export interface Pushes {
  readonly content: Html;
  readonly isHeard: boolean;
}

/** Of a stack with a repository. */
export async function pushesPart(admin: AdminService, { id, repository, projectRoot }: StackRecord): Promise<Pushes> {
  const hook = (await admin.pushes.ofStacks([id])).get(id);
  if (!hook) return { content: facts([['Pushes', 'followed by no runs']]), isHeard: false };
  const deliveries = await admin.pushes.deliveries(id, SHOWN);
  const watched = [projectRoot, ...hook.paths].map((path) => path || '.');
  const branch = html`<code>${repository?.branch ?? ''}</code>`;
  return {
    isHeard: true,
    content: html`${facts([
      ['Address', html`<code>/api/v1/stacks/${id}/push</code>`],
      [
        'Pushes',
        html`to ${branch}, where they change something in ${watched.map((path) => html`<code>${path}</code> `)}`,
      ],
      ['Pull requests', html`to ${branch}, ${hook.forks ? 'those of forks included' : 'but none of forks'}`],
      ['Secret', html`made ${age(hook.secretAt)}; it is not shown`],
    ])}
    ${deliveries.length === 0 ? html`<p>Nothing has come yet.</p>` : list(deliveries)}`,
  };
}

const list = (deliveries: readonly PushDelivery[]): Html =>
  table({
    labelledBy: 'pushes',
    columns: ['Received', 'Host', 'Event', 'What came of it'],
    rows: deliveries.map(({ receivedAt, host, event, runId, message }) => [
      ...[age(receivedAt), host, event],
      runId === null ? (message ?? '') : html`run ${runLink(runId)}`,
    ]),
  });
