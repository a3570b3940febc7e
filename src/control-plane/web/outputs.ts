import { html } from 'hono/html';
import { visibleName } from '../../text/visible';
import type { AdminService } from '../admin/admin-service';
import type { Output } from '../store/outputs';
import type { StackDependencyReference, StackRecord } from '../store/records';
import { table, type Html } from './html';
import { age, runLink } from './words';

/** Characters of a value; the rest is to be had at the command line. */
const SHOWN = 500;

/** Nothing, where none are known. @param toldBy alone, unless it is left out; of a stack those of the newest run are kept */
export async function outputsPart(
  admin: AdminService,
  { id, name }: Pick<StackRecord, 'id' | 'name'>,
  toldBy?: string,
): Promise<Html> {
  const known = (await admin.outputs.of([id])).get(id);
  if (!known || (toldBy !== undefined && known.runId !== toldBy)) return html``;
  const { runId, takenAt, isCut } = known;
  const outputs = [...known.outputs].sort((a, b) => (a.name < b.name ? -1 : 1));
  return html`<h2 id="outputs">Outputs</h2>
    ${
      outputs.length === 0
        ? html`<p>There are none.</p>`
        : table({
            labelledBy: 'outputs',
            columns: ['Output', 'Value'],
            rows: outputs.map((one) => [html`<code>${visibleName(one.name)}</code>`, value(one)]),
          })
    }
    <p class="muted small">
      Told by run ${runLink(runId)}, ${age(takenAt)}. ${isCut ? 'There are more than are taken of a stack. ' : ''}<code
        >worker-pools stack output ${name}</code
      >
      shows them in full.
    </p>`;
}

/** Never that of a sensitive one, whoever looks on. */
function value({ sensitive, value: json, withheld }: Output): Html {
  const note = (words: string) => html`<span class="muted">${words}</span>`;
  if (sensitive) return note(withheld ? 'sensitive, and kept in the Pod of its run' : 'sensitive, and not shown');
  if (json === null) return note('larger than what is taken');
  const shown = visibleName(json);
  return html`<code>${shown.length <= SHOWN ? shown : `${shown.slice(0, SHOWN)}…`}</code>`;
}

/** What a stack takes by one of its dependencies. */
export function referenceList(
  references: readonly StackDependencyReference[],
  stackId: string,
  mayChange: boolean,
): Html | string {
  if (references.length === 0) return '';
  return html`<ul>
    ${references.map(({ id, outputName, inputName, triggerAlways }) => {
      const path = `/stacks/${stackId}/outputs/${id}/delete`;
      const remove = html` <a id="unmap-${id}" href="${path}" aria-label="Take ${inputName} no more">remove …</a>`;
      return html`<li>
        <code>${outputName}</code> as
        <code>${inputName}</code>${triggerAlways ? ', whether it has changed or not' : ''}${mayChange ? remove : ''}
      </li>`;
    })}
  </ul>`;
}
