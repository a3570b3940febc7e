import { describe, expect, it } from '@jest/globals';
import { logfmt } from '../../src/controller/logging';

describe('a log line in logfmt', () => {
  const begin = { time: Date.UTC(2026, 0, 2, 3, 4, 5, 678), level: 30, msg: 'pool ready' };
  const begun = 'time=2026-01-02T03:04:05.678Z level=info msg="pool ready"';

  it.each<[string, object, string]>([
    ['says when, how grave and what', {}, ''],
    ['has a pair for each field', { pool: 'a/b', workers: 3, leader: true }, ' pool=a/b workers=3 leader=true'],
    ['quotes what would end a pair', { a: 'b c', d: 'e="f"', g: '' }, ' a="b c" d="e=\\"f\\"" g=""'],
    ['stays on one line', { stack: 'a\n  at b' }, ' stack="a\\n  at b"'],
    ['goes into objects', { err: { message: 'gone', cause: { code: 7 } } }, ' err.message=gone err.cause.code=7'],
    ['writes lists as JSON', { names: ['a', 'b'] }, ' names="[\\"a\\",\\"b\\"]"'],
    ['leaves out what is not there', { a: undefined, b: null }, ' b=null'],
  ])('%s', (_, fields, rest) => {
    expect(logfmt({ ...begin, ...fields })).toBe(begun + rest);
  });

  it('knows the gravity of another logger as a number', () => {
    expect(logfmt({ ...begin, level: 35 })).toContain(' level=35 ');
  });
});
