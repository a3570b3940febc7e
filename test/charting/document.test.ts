import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { deferred, ifAny, when, type Expression } from '../../src/charting/deferred';
import { document, documentsIn, sha256 } from '../../src/charting/document';
import { writeTemplate } from '../../src/charting/template-writer';

const value = <T>(name: string) => deferred<T>({ op: 'value', path: [name], shape: 'scalar' } satisfies Expression);

describe('a document of what is known', () => {
  it('is YAML in the order given, without what is undefined', () => {
    const text = document('chart.file', { z: 1, a: { b: true, c: undefined }, d: ['x', 'y'] });
    expect(text).toBe('z: 1\na:\n  b: true\nd: ["x","y"]');
    expect(parse(text as string)).toEqual({ z: 1, a: { b: true }, d: ['x', 'y'] });
  });

  it.each([['on'], ['1e3'], ['a: b # c'], ['<a&b>'], ['two\nlines'], ['\u2028'], ['"'], ['']])(
    'reads %j back as it was',
    (given) => {
      expect(parse(document('chart.file', { a: given }) as string)).toEqual({ a: given });
    },
  );
});

describe('a document of what is known later', () => {
  const content = {
    a: 1,
    b: value<string>('b'),
    c: ifAny(value<string>('c')),
    d: when(value<boolean>('d'), { e: 'f' }),
  };

  it('is written by a helper of the chart, and named where it stands', () => {
    const text = document('chart.file', content);
    expect(writeTemplate({ data: { 'config.yaml': text } })).toBe(
      'data:\n  config.yaml: |-\n    {{- include "chart.file" $ | nindent 4 }}\n',
    );
    expect(documentsIn({ somewhere: [{ inside: text }] })).toEqual([
      [
        'chart.file',
        [
          'a: 1',
          'b: {{ $.Values.b | toJson }}',
          '{{- if $.Values.c }}',
          'c: {{ $.Values.c | toJson }}',
          '{{- end }}',
          '{{- if $.Values.d }}',
          'd:',
          '  e: "f"',
          '{{- end }}',
        ].join('\n'),
      ],
    ]);
  });

  it('has a sum that is made when the chart is rendered', () => {
    const sum = sha256(document('chart.file', content));
    expect(writeTemplate({ sum })).toBe('sum: {{ sha256sum (include "chart.file" $) | toJson }}\n');
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('needs a first entry that always stands', () => {
    expect(() => document('chart.file', { c: ifAny(value('c')) })).toThrow(
      'chart.file: a document needs a first entry',
    );
  });
});
