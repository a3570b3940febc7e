import { describe, expect, test } from '@jest/globals';
import { checkPoolName, checkStackName, idOf, projectFolder } from '../../src/control-plane/names';

describe('names', () => {
  test.each(['network', 'a.b_c-1', 'x'.repeat(63)])('a stack may be called %s', (name) => {
    expect(checkStackName(name)).toBe(name);
  });

  test.each(['', '-a', 'a b', 'a/b', 'x'.repeat(64), 'ä'])('a stack may not be called %j', (name) => {
    expect(() => checkStackName(name)).toThrow('letters, digits, dot, dash and underscore, at most 63');
  });

  test.each(['production', 'Main worker', 'Räume (EU)', 'x'.repeat(100)])('a pool may be called %s', (name) => {
    expect(checkPoolName(name)).toBe(name);
  });

  test.each(['a bad/name', 'a\nb', 'a\u001b[2J', 'a\u202eb', ' a', 'a ', 'x'.repeat(101)])(
    'a pool may not be called %j',
    (name) => {
      expect(() => checkPoolName(name)).toThrow('at most 100 characters, no slash, no control character');
    },
  );

  test.each([
    ['', ''],
    ['.', ''],
    ['envs/dev/', 'envs/dev'],
    ['./envs//dev', 'envs/dev'],
  ])('the project root %j is the folder %j', (path, expected) => {
    expect(projectFolder(path)).toBe(expected);
  });

  test.each(['/envs', '..', 'envs/../..'])('the project root %j leads out', (path) => {
    expect(() => projectFolder(path)).toThrow('must be a folder inside the source');
  });

  test('only what looks like an id is taken for one', () => {
    expect([idOf('01k3zzzzzzzzzzzzzzzzzzzzzz'), idOf('network'), idOf('01K3')]).toEqual([
      '01K3ZZZZZZZZZZZZZZZZZZZZZZ',
      'network',
      '01K3',
    ]);
  });
});
