import { describe, expect, it } from '@jest/globals';
import { concat, deferred, each, text, when, type Expression } from '../../src/constructs/template/deferred';
import { writeTemplate } from '../../src/helm/template-writer';

const value = <T>(name: string, shape: 'scalar' | 'structure' = 'scalar') =>
  deferred<T>({ op: 'value', path: [name], shape } satisfies Expression);

describe('a template', () => {
  it.each([
    ['a word stays plain', 'apps/v1', 'a: apps/v1\n'],
    ['what YAML 1.1 reads as a switch is quoted', 'on', 'a: "on"\n'],
    ['what YAML reads as a number is quoted', '1e3', 'a: "1e3"\n'],
    ['what YAML reads as nothing is quoted', 'null', 'a: "null"\n'],
    ['braces are not an action', 'x {{ y }}', 'a: "x {{ "{{" }} y }}"\n'],
    ['a map without entries stays', {}, 'a: {}\n'],
    ['a list without items stays', [], 'a: []\n'],
    ['a number stays one', 1000000, 'a: 1000000\n'],
  ])('%s', (_, content, written) => {
    expect(writeTemplate({ a: content })).toBe(written);
  });

  it('quotes keys as it quotes strings', () => {
    expect(writeTemplate({ y: 1, 'a/b': 1, '1': 1 })).toBe('"1": 1\n"y": 1\na/b: 1\n');
  });

  it('writes values so that YAML reads back the same', () => {
    expect(writeTemplate({ a: value('x'), b: value('m', 'structure') })).toBe(
      'a: {{ $.Values.x | toJson }}\nb:\n  {{- toYaml $.Values.m | nindent 2 }}\n',
    );
  });

  it('escapes percent signs of composed strings', () => {
    expect(writeTemplate({ a: text('5% of ', value('x')) })).toBe('a: {{ printf "5%% of %s" $.Values.x | toJson }}\n');
  });

  it('names what a list item is called before what may be left out', () => {
    const item = { env: when(value<boolean>('x'), 'y'), name: 'manager' };
    expect(writeTemplate({ a: [item] })).toBe(
      'a:\n  - name: manager\n    {{- if $.Values.x }}\n    env: "y"\n    {{- end }}\n',
    );
  });

  it('ranges over lists', () => {
    const flags = each(value<string[]>('list', 'structure'), (item) => text('--of=', item));
    expect(writeTemplate({ a: concat(['--first'], flags) })).toBe(
      'a:\n  - "--first"\n  {{- range $item := $.Values.list }}\n  - {{ printf "--of=%s" $item | toJson }}\n  {{- end }}\n',
    );
  });

  it.each([
    ['a list that may come out empty', { a: concat(value<string[]>('list', 'structure')) }, 'would render as null'],
    ['an item that may come out empty', { a: [{ b: when(value<boolean>('x'), 'y') }] }, 'needs one field that always'],
    [
      'a list inside a string',
      { a: text(concat(['a'], value<string[]>('l', 'structure')) as never) },
      'field of its own',
    ],
  ])('refuses %s', (_, manifest, sentence) => {
    expect(() => writeTemplate(manifest)).toThrow(sentence);
  });
});
