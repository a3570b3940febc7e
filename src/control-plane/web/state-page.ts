import { html } from 'hono/html';
import type { AdminService } from '../admin/admin-service';
import type { StackRecord, StateLock, StateVersion } from '../store/records';
import { table, type Html } from './html';
import type { View } from './view';
import type { Viewer } from './viewer';
import { age, bytesInWords, moment, runLink, stackLink } from './words';

const SHOWN = 200;

/** The versions of a stack's state that are kept here. */
export async function stateView(admin: AdminService, id: string, viewer: Viewer): Promise<View | null> {
  const stack = await admin.stack(id);
  if (!stack) return null;
  const [versions, lock] = [await admin.states.versions(stack.id, SHOWN), await admin.states.lock(stack.id)];
  return {
    title: `State of ${stack.name}`,
    shows: [`stack/${stack.id}`],
    parts: [
      { content: html`<h1 id="versions">State of ${stackLink(stack.id, stack.name)}</h1>` },
      { region: 'lock', content: lock ? lockNotice(stack, lock, viewer) : '' },
      { region: 'versions', content: versions.length === 0 ? none(stack) : versionTable(stack, versions, viewer) },
      {
        content: html`<p class="muted small">
          The newest ones are kept. <code>worker-pools stack state push ${stack.name}</code> brings a state from
          elsewhere.
        </p>`,
      },
    ],
  };
}

const none = ({ managesState }: StackRecord): Html =>
  managesState
    ? html`<p>
        There is no state yet: the first run that changes something makes one, where the source names no backend.
      </p>`
    : html`<p>None is kept here: this stack keeps its state elsewhere.</p>`;

/** Who holds the lock, for whoever waits for it. */
export function lockNotice({ id }: StackRecord, { runId, info, createdAt }: StateLock, { may }: Viewer): Html {
  return html`<p class="card notice">
    <span class="state waiting">locked</span> by run ${runLink(runId)}${info.Operation && ` for ${info.Operation}`},
    since ${moment(createdAt)}.
    ${may('state:write') ? html`<a class="button" id="unlock" href="/stacks/${id}/state/unlock">Unlock …</a>` : ''}
  </p>`;
}

function versionTable(stack: StackRecord, versions: readonly StateVersion[], { may }: Viewer): Html {
  const newest = versions[0]?.number;
  return table({
    labelledBy: 'versions',
    columns: ['Version', 'Serial', 'Size', 'Written by', 'When', ...(may('state:read') ? ['Actions'] : [])],
    rows: versions.map((version) => [
      html`${version.number}${version.number === newest ? html` <span class="state good">newest</span>` : ''}`,
      version.serial === null ? '' : String(version.serial),
      bytesInWords(version.bytes),
      writtenBy(version),
      age(version.createdAt),
      ...(may('state:read') ? [actions(stack, version, may('state:write') && version.number !== newest)] : []),
    ]),
  });
}

function writtenBy({ runId, restoredFrom }: StateVersion): Html | string {
  if (restoredFrom !== null) return `a person, from version ${restoredFrom}`;
  return runId === null ? 'a person' : html`run ${runLink(runId)}`;
}

function actions({ id }: StackRecord, { number }: StateVersion, mayRestore: boolean): Html {
  const path = `/stacks/${id}/state/${number}`;
  const of = `version ${number}`;
  const restore = html` <a class="button" id="restore-${number}" href="${path}/restore" aria-label="Restore ${of}"
    >Restore …</a
  >`;
  return html`<span class="actions"
    ><a class="button" id="download-${number}" href="${path}/download" download aria-label="Download ${of}">Download</a
    >${mayRestore ? restore : ''}</span
  >`;
}
