import { accessByField } from '../../control-plane/graphql/access';
import { schema } from '../../control-plane/graphql/schema';
import { RIGHTS, ROLES, rolesWith, type Right, type Role } from '../../control-plane/identity/rights';
import type { Artefact } from './artefact';
import { cell, code, page, table } from './markdown';

const ROLE_NAMES = Object.keys(ROLES) as Role[];

/** What each role may do, from the table by which every field of the API refuses. */
export async function generateRolesDocs(): Promise<Artefact> {
  const fields = accessByField(schema);
  const others = fields.filter(([, access]) => !Object.hasOwn(RIGHTS, access));
  const text = `# Roles

What each role of an [API key](../guides/identities.md) may do at the control plane.

${table(
  ['Role', 'For'],
  Object.entries(ROLES).map(([role, what]) => [code(role), cell(what)]),
)}

## What each may do

${table(
  ['', ...ROLE_NAMES.map(code)],
  Object.keys(RIGHTS).map((right) => [cell(RIGHTS[right as Right].what), ...marks(right as Right)]),
)}

## By operation

Fields of the [GraphQL API](schema.graphql). A field that is not here is for whoever may use the one above it.

${table(
  ['Field', 'Needs', ...ROLE_NAMES.map(code)],
  fields
    .filter(([, access]) => Object.hasOwn(RIGHTS, access))
    .map(([field, access]) => [code(field), code(access), ...marks(access as Right)]),
)}

${others.map(([field]) => code(field)).join(' and ')} are for everybody: without a log-in there is no other answer than a refusal.
`;
  return { files: { 'docs/reference/roles.md': await page('src/control-plane/identity/rights.ts', text) } };
}

const marks = (right: Right): string[] => ROLE_NAMES.map((role) => (rolesWith(right).includes(role) ? 'yes' : ''));
