import { describe, expect, it } from '@jest/globals';
import type { Run } from '../e2e/installation';
import { account, type Asked, type Ended } from './books';

const run = (rest: Partial<Run>): Run =>
  ({ finished: true, state: 'FINISHED', reason: 'Succeeded', message: 'It did.', ...rest }) as Run;

const ended = (asked: Asked, rest: Partial<Run> = {}, more: Partial<Ended> = {}): Ended => ({
  id: 'R',
  asked,
  stack: 'one',
  run: run(rest),
  ...more,
});

const made = { begun: 1, made: 1, destroyed: 0 };
const nothing = { begun: 0, made: 0, destroyed: 0 };
const evicted: Partial<Run> = { state: 'FAILED', reason: 'Evicted', message: 'The Pod was evicted.' };

describe('the books of a soak', () => {
  it.each<[string, Ended[], typeof made]>([
    ['succeeded and made its change once', [ended('tracked')], made],
    ['was a task', [ended('task')], made],
    ['only showed its plan', [ended('proposed')], nothing],
    ['was discarded', [ended('discarded', { state: 'DISCARDED', reason: null })], nothing],
    ['was stopped', [ended('stopped', { state: 'FAILED', reason: 'Cancelled' })], nothing],
    ['was to be stopped, and was faster', [ended('stopped')], made],
    ['had its Pod broken, and says so', [ended('tracked', evicted, { broken: 'evicted' })], { ...made, made: 0 }],
    ['took back what another had made', [ended('tracked'), ended('destroy')], { ...made, destroyed: 1 }],
  ])('have nothing to say of a run that %s', (_, all, ledger) => {
    expect(account(all, () => ledger)).toMatchObject({ lost: [], doubled: [], killed: [] });
  });

  it.each<[string, Ended[], typeof made, 'lost' | 'doubled' | 'killed']>([
    ['never ended', [ended('tracked', { finished: false, state: 'APPLYING', reason: null })], made, 'lost'],
    ['is said to have succeeded and changed nothing', [ended('tracked')], nothing, 'lost'],
    ['made its change twice', [ended('tracked')], { ...made, begun: 2 }, 'doubled'],
    ['was to show a plan, and made the change', [ended('proposed')], made, 'doubled'],
    ['took back twice what was made once', [ended('tracked'), ended('destroy')], { ...made, destroyed: 2 }, 'doubled'],
    ['ended although its Pod was left alone', [ended('tracked', evicted)], made, 'killed'],
    [
      'had its Pod broken, and ended without a word',
      [ended('tracked', { ...evicted, message: '' }, { broken: 'evicted' })],
      made,
      'killed',
    ],
  ])('tell of a run that %s', (_, all, ledger, how) => {
    expect(account(all, () => ledger)[how]).toHaveLength(1);
  });
});
