import { describe, expect, test } from '@jest/globals';
import { validate, type DocumentNode } from 'graphql';
import * as documents from '../../../src/cli/api/documents';
import { sizeOf } from '../../../src/control-plane/graphql/document-limits';
import { schema } from '../../../src/control-plane/graphql/schema';
import { LIMIT } from '../../../src/control-plane/limits';

describe('the control plane takes the document', () => {
  test.each(Object.entries(documents as Readonly<Record<string, DocumentNode>>))('%s', (_name, document) => {
    expect(validate(schema, document)).toEqual([]);
    expect(sizeOf(document, {}).cost).toBeLessThan(LIMIT.documentCost);
  });
});
