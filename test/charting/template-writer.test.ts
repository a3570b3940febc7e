import { describe, expect, it } from '@jest/globals';
import {
  atLeast,
  concat,
  deferred,
  each,
  equals,
  hasDuplicates,
  ifAny,
  matches,
  merge,
  or,
  replaced,
  text,
  when,
  type Expression,
  type StringMap,
} from '../../src/charting/deferred';
import { writeTemplate } from '../../src/charting/template-writer';

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

  it('joins whole lists, and leaves them out where all are empty', () => {
    const joined = concat(value<string[]>('a', 'structure'), value<string[]>('b', 'structure'));
    expect(writeTemplate({ a: ifAny(joined) })).toBe(
      [
        '{{- if concat (default list $.Values.a) (default list $.Values.b) }}',
        'a:',
        '  {{- toYaml (concat (default list $.Values.a) (default list $.Values.b)) | nindent 2 }}',
        '{{- end }}',
        '',
      ].join('\n'),
    );
  });

  it('merges so that the first wins even with an empty string, and nothing is written into the values', () => {
    const merged = merge(value<StringMap>('a', 'structure'), value<StringMap>('b', 'structure'));
    expect(writeTemplate({ a: merged })).toContain(
      'mergeOverwrite (deepCopy (default dict $.Values.b)) (default dict $.Values.a)',
    );
  });

  it.each([
    ['equals', equals(value('x'), 'y'), 'eq $.Values.x "y"'],
    ['atLeast, of whatever number Helm read', atLeast(value<number>('x'), 2), 'ge (int $.Values.x) (int 2)'],
    ['or', or(value('x'), equals(value('y'), 'z')), 'or $.Values.x (eq $.Values.y "z")'],
    ['matches of a string', matches(value<string>('x'), '^a'), 'regexMatch "(?m)^a" (default "" $.Values.x)'],
    [
      'matches of a list',
      matches(value<string[]>('x', 'structure'), '^a'),
      'regexMatch "(?m)^a" (join "\\n" (default list $.Values.x))',
    ],
    [
      'hasDuplicates',
      hasDuplicates(value<object[]>('x', 'structure'), 'port'),
      'gt (len (regexFindAll "\\"port\\":(\\"[^\\"]*\\"|[0-9]+)" (toJson (default list $.Values.x)) -1))',
    ],
  ])('asks with %s', (_, condition, written) => {
    expect(writeTemplate({ a: when(condition, 'b') })).toContain(`{{- if ${written}`);
  });

  it('replaces in a string', () => {
    expect(writeTemplate({ a: replaced(value('x'), '^a/', '') })).toBe(
      'a: {{ regexReplaceAll "^a/" (default "" $.Values.x) "" | toJson }}\n',
    );
  });

  it.each([
    [
      'a list that may come out empty',
      { a: concat(each(value<string[]>('list', 'structure'), (item) => item)) },
      'would render as null',
    ],
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
