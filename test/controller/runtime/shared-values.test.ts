import { expect, test } from '@jest/globals';
import { SharedValues } from '../../../src/controller/runtime';

const fresh = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test.each<[string, unknown]>([
  ['objects', { a: 1 }],
  ['lists', [{ a: 'x' }]],
  ['texts', 'a text'],
])('equal %s become one', (_, value) => {
  const shared = new SharedValues();
  const first = shared.of(value);
  expect(shared.of(fresh(value))).toBe(first);
});

test.each([undefined, null, '', {}, []])('%j stays what it is', (value) => {
  expect(new SharedValues().of(value)).toBe(value);
});

test('what differs stays apart, in its order, too', () => {
  const shared = new SharedValues();
  expect(shared.of(['a', 'b'])).not.toBe(shared.of(['b', 'a']));
  expect(shared.of('1')).not.toBe(shared.of(1));
});

test('what was not met for long is forgotten', () => {
  const shared = new SharedValues();
  const first = shared.of({ number: -1 });
  for (let number = 0; number < 1_000; number += 1) shared.of({ number });
  expect(shared.of({ number: -1 })).not.toBe(first);
});
