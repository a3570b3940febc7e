import { Kind, type DocumentNode } from 'graphql';
import { accessByField } from '../../control-plane/graphql/access';
import { readDocument } from '../../control-plane/graphql/read-document';
import { schema } from '../../control-plane/graphql/schema';
import { CLIENT_DOCUMENTS, PUBLIC_CLIENTS } from '../../../test/control-plane/graphql/support/public-clients';
import { OPERATIONS } from '../../../test/control-plane/graphql/support/operations';
import * as ours from '../api/documents';
import type { Artefact } from './artefact';
import { cell, code, page, table } from './markdown';

const HOME = 'test/control-plane/graphql';

/** Each operation of the API, the clients that use it, and what a test shows of it: made of what the tests send. */
export async function generateOperationsDocs(): Promise<Artefact> {
  const clients = new Map<string, Set<string>>();
  const note = (document: DocumentNode, client: string) => {
    for (const field of rootsOf(document)) clients.set(field, (clients.get(field) ?? new Set()).add(client));
  };
  for (const { client, document } of CLIENT_DOCUMENTS) note(readDocument(document, Infinity), client);
  for (const document of Object.values(ours)) note(document, '`worker-pools`');
  const rows = accessByField(schema)
    .filter(([field]) => /^(Query|Mutation)\./.test(field))
    .map(([field]) => field.replace(/^.*\./, ''))
    .map((field) => {
      const tried = OPERATIONS[field];
      if (!tried) throw new Error(`${HOME}/support/operations does not try ${field}: add a row`);
      return [code(field), [...(clients.get(field) ?? [])].join(', '), cell(tried.shows)];
    });
  const text = `# Operations

Every operation of the [GraphQL API](schema.graphql), which clients use it, and what a test shows of it.
\`${HOME}/operations.test.ts\` tries each on SQLite and on PostgreSQL, \`bad-input.test.ts\` beside it
gives each argument of each what does not belong there; who may use which is in [Roles](roles.md), and \`roles.test.ts\` tries it. What the public clients send is in
[Public clients](public-clients.md).

${table(['Operation', 'Clients', 'What the test shows: it'], rows)}
`;
  return {
    files: {
      'docs/reference/operations.md': await page(`${HOME}/support`, text),
      'docs/reference/public-clients.md': await page(`${HOME}/support/public-clients.ts`, publicClients()),
    },
  };
}

/** The fields at the root of a document. */
function rootsOf({ definitions }: DocumentNode): string[] {
  return definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? definition.selectionSet.selections.flatMap((node) => (node.kind === Kind.FIELD ? [node.name.value] : []))
      : [],
  );
}

function publicClients(): string {
  const rows = CLIENT_DOCUMENTS.map(({ client, command, role = 'reader', document }) => [
    cell(client),
    cell(command),
    code(role),
    rootsOf(readDocument(document, Infinity)).map(code).join(', '),
  ]);
  return `# Public clients

The control plane's [GraphQL API](schema.graphql) has the names and shapes that the public clients of Spacelift send and decode, so that they
work with it as they are: give them its public URL as the endpoint, and an [API key](../guides/identities.md).

${table(
  ['Client', 'Is told of an authority of your own by'],
  Object.entries(PUBLIC_CLIENTS).map(([client, { trust }]) => [cell(client), cell(trust)]),
)}

\`${HOME}/public-clients.test.ts\` sends what each of them sends, byte for byte over HTTPS, and decodes the answer as strictly as it does, with a key of the role that is said here.
Those that a package registry has run themselves: \`test/integration/registry-clients.test.ts\`.

${table(['Client', 'Command', 'Role', 'Operations'], rows)}

What they see here:

- **There is no public worker pool.** \`publicWorkerPool\` has no workers and no queue: each stack has a pool of its own.
- **Spaces are names.** A pool keeps the space that it is given, \`legacy\` unless told otherwise, and its stacks are in it; nothing depends on it.
- **[Modules](../guides/modules.md)** have the fields that \`spacectl module list\` shows; their mutations take arguments of their own.
- **Stacks have no description, labels or branch.** They are null or empty.
- **Usage** is that of the calendar month in UTC: the minutes in which workers had a run. Nobody is billed.
- **Metrics** of resources and drift are empty.
- Other commands of \`spacectl\` and of the provider on stacks and runs have no counterpart here; the clients say which field is missing.
`;
}
