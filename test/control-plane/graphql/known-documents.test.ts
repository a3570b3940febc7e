import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { KnownDocuments } from '../../../src/control-plane/graphql/known-documents';

/** A document of so many characters. */
const documentOf = (name: string, length: number) => `{ ${name.padEnd(length - 4)} }`;

describe('documents that are in order', () => {
  const known = (...texts: string[]) => {
    const documents = new KnownDocuments(100);
    for (const text of texts) documents.add(text, parse(text));
    return documents;
  };
  const [a, b, c] = ['a', 'b', 'c'].map((name) => documentOf(name, 40)) as [string, string, string];

  test('are found by their texts', () => {
    expect(known(a, b).find(a)).toEqual(parse(a));
    expect(known(a).find(b)).toBeUndefined();
  });

  test('are forgotten when there are too many, those used last at last', () => {
    const documents = known(a, b);
    documents.find(a);
    documents.add(c, parse(c));
    expect([a, b, c].filter((text) => documents.find(text))).toEqual([a, c]);
  });

  test('count once, however often they are added', () => {
    expect([a, b].filter((text) => known(a, b, a, b, a).find(text))).toEqual([a, b]);
  });

  test('that are longer than all that is remembered push none out', () => {
    const long = documentOf('long', 101);
    const documents = known(a, b, long);
    expect([a, b, long].filter((text) => documents.find(text))).toEqual([a, b]);
  });
});
