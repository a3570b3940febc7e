import { describe, expect, test } from '@jest/globals';
import { JsonMeter } from '../../../src/control-plane/admission/json-meter';
import { LIMIT } from '../../../src/control-plane/limits';

/** What is said of it, in whatever pieces it comes. */
function refusalOf(json: string, pieceBytes = Infinity): string | undefined {
  const bytes = Buffer.from(json);
  const meter = new JsonMeter();
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) meter.add(bytes.subarray(at, at + pieceBytes));
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const many = LIMIT.jsonValues;
const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}0${'}]'.repeat(depth / 2)}`;

describe('a JSON body', () => {
  test.each<[string, string, string | undefined]>([
    ['with as many values as it may have', `[${'0,'.repeat(many - 1)}0]`, undefined],
    ['with more', `[${'0,'.repeat(many)}0]`, 'too-large'],
    ['with as many empty lists', `[${'[],'.repeat(many / 2)}[]]`, 'too-large'],
    ['with as many names', `{${Array.from({ length: many / 2 + 1 }, (_, n) => `"${n}":0`).join(',')}}`, 'too-large'],
    ['with as many commas in a text', JSON.stringify([','.repeat(2 * many)]), undefined],
    ['with brackets in a text', JSON.stringify(['['.repeat(many)]), undefined],
    ['with brackets behind a quote in a text', JSON.stringify([`"\\"${'['.repeat(many)}`]), undefined],
    ['with a text that ends in a backslash', `["\\\\",${'0,'.repeat(many)}0]`, 'too-large'],
    ['as deep as it may be', nested(LIMIT.jsonNesting), undefined],
    ['deeper', nested(LIMIT.jsonNesting + 2), 'malformed'],
    ['that never ends', '['.repeat(many), 'malformed'],
    ['with characters of several bytes', JSON.stringify(['ö🦊'.repeat(many)]), undefined],
  ])('%s', (_, json, refusal) => {
    expect(refusalOf(json)).toBe(refusal);
    expect(refusalOf(json, 1000)).toBe(refusal);
  });
});
