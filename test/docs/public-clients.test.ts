import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { Kind } from 'graphql';
import { readDocument } from '../../src/control-plane/graphql/read-document';
import { CLIENT_DOCUMENTS } from '../control-plane/graphql/support/public-clients';

/** The fields at the root of a document. */
function operationsOf(text: string): string {
  const [definition] = readDocument(text, Infinity).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`${text} has no operation`);
  return definition.selectionSet.selections
    .map((node) => (node.kind === Kind.FIELD ? `\`${node.name.value}\`` : ''))
    .join(', ');
}

it('docs/reference/public-clients.md shows what of each client is tried', () => {
  const rows = readFileSync('docs/reference/public-clients.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| client'))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, 4),
    );
  const tried = CLIENT_DOCUMENTS.map(({ client, command, document }) => [client, command, operationsOf(document)]);
  expect(rows.filter(([client]) => !/^-+$/.test(client ?? ''))).toEqual(tried);
});
