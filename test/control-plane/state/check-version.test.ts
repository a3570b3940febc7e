import { describe, expect, test } from '@jest/globals';
import { isNews } from '../../../src/control-plane/state/check-version';
import { TopLevel } from '../../../src/control-plane/state/top-level';

const newest = { number: 4, serial: 7, lineage: 'a', sha256: 'old' };
const next = { serial: 8, lineage: 'a', sha256: 'new' };

describe('a state that is written over the newest version', () => {
  test.each([
    ['follows the next serial', next, true],
    ['follows a much higher serial', { ...next, serial: 100 }, true],
    ['is the same again', { serial: 7, lineage: 'a', sha256: 'old' }, false],
    ['says neither serial nor lineage', { serial: null, lineage: null, sha256: 'new' }, true],
  ])('is taken when it %s', (_, state, isStored) => {
    expect(isNews(newest, state)).toBe(isStored);
  });

  test('is taken when it is the first', () => {
    expect(isNews(undefined, next)).toBe(true);
  });

  test.each([
    ['of another lineage', { ...next, lineage: 'b' }, 'another lineage'],
    ['of the same serial', { ...next, serial: 7 }, 'somebody has written since'],
    ['of a lower serial', { ...next, serial: 2 }, 'somebody has written since'],
  ])('is refused when it is %s', (_, state, sentence) => {
    expect(() => isNews(newest, state)).toThrow(sentence);
  });
});

function read(text: string, piece = text.length): TopLevel {
  const top = new TopLevel();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece) top.add(bytes.subarray(at, at + piece));
  top.end();
  return top;
}

describe('what a state says of itself', () => {
  const plain = JSON.stringify({
    version: 4,
    outputs: { serial: { value: 99, lineage: 'inner "serial": 1, {' }, list: [{ serial: 3 }] },
    serial: 12,
    lineage: '0b1c-é"\\',
    resources: [],
  });

  test.each([
    ['a plain state, whole', plain, plain.length],
    ['a plain state, byte by byte', plain, 1],
    ['one with blanks', JSON.stringify(JSON.parse(plain), null, 2), 7],
  ])('is read at its top only: %s', (_, text, piece) => {
    expect(read(text, piece).serial).toBe(12);
    expect(read(text, piece).lineage).toContain('0b1c-');
  });

  test('is unknown where it is not said, or is no number', () => {
    expect(read('{"serial": "12", "encrypted_data": "eyJ9"}')).toMatchObject({ serial: null, lineage: null });
  });

  test.each([['', '[]', '{"serial": 1', '{} {}', 'null', '{}x']].flat())('%j is no state', (text) => {
    expect(() => read(text)).toThrow('this is no state of OpenTofu or Terraform');
  });
});
