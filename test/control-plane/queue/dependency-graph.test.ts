import { describe, expect, test } from '@jest/globals';
import { LIMIT } from '../../../src/control-plane/limits';
import { refusalOf } from '../../../src/control-plane/queue/dependencies';
import { below, inOrder, longestRow, wayUp } from '../../../src/control-plane/queue/dependency-graph';

/** `app > network`: app depends on network. */
const known = (...texts: readonly string[]) =>
  texts.map((text) => {
    const [stackId = '', dependsOnStackId = ''] = text.split(' > ');
    return { stackId, dependsOnStackId };
  });

const refusal = (wanted: string, ...others: readonly string[]) =>
  refusalOf(known(wanted)[0]!, known(...others), (id) => id);

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('a dependency is', () => {
  test.each([
    ['taken', 'b > a', [], undefined],
    ['taken beside others', 'c > a', ['b > a', 'c > b'], undefined],
    ['refused on itself', 'a > a', [], 'stack a cannot depend on itself'],
    ['refused twice', 'b > a', ['b > a'], 'stack b depends on stack a already'],
    [
      'refused both ways',
      'a > b',
      ['b > a'],
      'stack a cannot depend on stack b, because that depends on a: a -> b -> a',
    ],
    [
      'refused in a longer circle, the shortest of which is shown',
      'a > c',
      ['b > a', 'c > b', 'd > b', 'c > d'],
      'stack a cannot depend on stack c, because that depends on a: a -> c -> b -> a',
    ],
    [
      'refused where a stack depends on too many',
      'a > last',
      numbers(LIMIT.stackDependencies).map((n) => `a > s${n}`),
      `stack a depends on ${LIMIT.stackDependencies} stacks, and cannot on more`,
    ],
    [
      'refused where too many would depend on a stack, the steps between included',
      'b > a',
      numbers(LIMIT.dependentStacks).map((n) => `s${n} > b`),
      `more than ${LIMIT.dependentStacks} stacks would depend on stack a, and each of its tracked runs would queue as many`,
    ],
    [
      'refused where too many would be in a row',
      's0 > a',
      numbers(LIMIT.stacksInARow - 1).map((n) => `s${n + 1} > s${n}`),
      `stack s0 cannot depend on stack a: there would be more than ${LIMIT.stacksInARow} stacks in a row, each of which depends on the one before`,
    ],
  ])('%s', (_, wanted, others, sentence) => {
    expect(refusal(wanted, ...others)).toBe(sentence);
  });
});

describe('of a graph', () => {
  const diamond = known('network > base', 'database > base', 'app > network', 'app > database', 'web > app');

  test('each stack comes behind those that it depends on, and otherwise by id', () => {
    expect(inOrder(diamond)).toEqual(['base', 'database', 'network', 'app', 'web']);
    expect(inOrder(diamond.toReversed())).toEqual(inOrder(diamond));
  });

  test('those below a stack are found over any number of steps', () => {
    expect([...below(diamond, 'network')].sort()).toEqual(['app', 'web']);
    expect(below(diamond, 'web').size).toBe(0);
  });

  test('the way up is the shortest, and there is none down', () => {
    expect(wayUp([...diamond, ...known('web > base')], 'web', 'base')).toEqual(['web', 'base']);
    expect(wayUp(diamond, 'base', 'web')).toBeUndefined();
  });

  test('the longest row counts the stacks in it', () => {
    expect(longestRow(diamond)).toBe(4);
    expect(longestRow([])).toBe(0);
  });
});
