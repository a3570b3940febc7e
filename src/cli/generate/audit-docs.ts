import { ACTIONS, type Action } from '../../control-plane/audit/actions';
import { actionByMutation } from '../../control-plane/graphql/access';
import { schema } from '../../control-plane/graphql/schema';
import type { Artefact } from './artefact';
import { cell, code, page, table } from './markdown';

/** What the audit trail calls everything that people and programs change, from the table by which it is written. */
export async function generateAuditDocs(): Promise<Artefact> {
  const mutations = actionByMutation(schema);
  const rows = Object.entries(ACTIONS).map(([action, { what, object }]) => [
    code(action),
    cell(what),
    code(object),
    mutations
      .filter(([, named]) => named === (action as Action))
      .map(([field]) => code(field.replace('Mutation.', '')))
      .join(', '),
  ]);
  const text = `# Actions of the audit trail

What the [audit trail](../guides/audit-trail.md) calls what people and programs do. The web page's buttons and the routes below \`/api/v1\` have
the same actions as the mutations.

${table(['Action', 'To', 'Done to', 'Mutation'], rows)}
`;
  return { files: { 'docs/reference/audit-actions.md': await page('src/control-plane/audit/actions.ts', text) } };
}
