import { expect, test } from '@jest/globals';
import { audit, type Stored } from './audit';
import { Books } from './books';

const ID = '01K0RRRRRRRRRRRRRRRRRRRRRR';

/** Of one run that was asked for once, had one Pod, and logged two lines. */
function kept(): Books {
  const books = new Books();
  books.intend('key', 'applied-0').id = ID;
  const told = books.tells(ID, 1, 'applying');
  told.lines.push('one\n', 'two\n');
  told.acknowledged = 2;
  told.states.push('hash');
  told.outcome = { reason: 'Succeeded', message: 'It went well.', isTaken: true };
  books.isOver(ID);
  return books;
}

const RUN = { id: ID, idempotencyKey: 'key', state: 'FINISHED', reason: 'Succeeded', message: 'It went well.' };
const START = { runId: ID, attempt: 1, stage: 'applying', podUid: 'pod' };
const lineOf = (sequence: number, text: string) => ({ runId: ID, attempt: 1, sequence, text });
const LINES = [lineOf(1, 'one\n'), lineOf(2, 'two\n')];
const STATE = { runId: ID, sha256: 'hash' };
const STORED: Stored = { runs: [RUN], starts: [START], lines: LINES, states: [STATE] };

const NOTHING = { asked: 1, finished: 1, lost: 0, doubled: 0, killed: 0 };

test('a database that says what its clients were told has nothing amiss', () => {
  expect(audit(kept(), STORED)).toEqual(NOTHING);
});

test.each<[string, Partial<Stored>, 'lost' | 'doubled' | 'killed', RegExp]>([
  ['a run that is not there', { runs: [] }, 'lost', /it is not in the database/],
  ['a run that is there twice', { runs: [RUN, { ...RUN, id: 'other' }] }, 'doubled', /it is 2 times/],
  ['a run of another id', { runs: [{ ...RUN, id: 'other' }], lines: [], starts: [] }, 'lost', /it is stored as other/],
  ['a run that goes on', { runs: [{ ...RUN, state: 'APPLYING' }] }, 'lost', /it is still APPLYING/],
  ['two Pods of a stage', { starts: [START, { ...START, attempt: 2, podUid: 'other' }] }, 'doubled', /2 Pods were let/],
  [
    'another end',
    { runs: [{ ...RUN, state: 'FAILED', reason: 'NodeLost' }] },
    'killed',
    /told Succeeded, stored is NodeLost/,
  ],
  ['the same end in other words', { runs: [{ ...RUN, message: 'Else.' }] }, 'killed', /stored is Succeeded: Else/],
  ['a line that was taken and is gone', { lines: LINES.slice(0, 1) }, 'lost', /2 lines .* were taken, 1 are stored/],
  ['a line twice', { lines: [...LINES, LINES[1]!] }, 'lost', /line 3 of attempt 1 is stored as 2/],
  ['lines in another order', { lines: [LINES[1]!, LINES[0]!] }, 'lost', /line 1 of attempt 1 is stored as 2/],
  ['another text', { lines: [LINES[0]!, lineOf(2, 'else\n')] }, 'lost', /line 2 of attempt 1 is stored as 2: else/],
  ['a state that is gone', { states: [] }, 'lost', /a state that attempt 1 wrote is not stored/],
  ['a state twice', { states: [STATE, STATE] }, 'doubled', /is stored 2 times/],
])('%s is found', (_, wrong, how, sentence) => {
  const verdict = audit(kept(), { ...STORED, ...wrong });
  expect(verdict[how]).toBe(1);
  expect(verdict.amiss?.join('\n')).toMatch(sentence);
});

test('a run that nobody asked for is found', () => {
  const runs = [RUN, { ...RUN, id: 'of-nobody', idempotencyKey: null }];
  expect(audit(kept(), { ...STORED, runs }).amiss).toEqual(['nobody asked for the run of-nobody']);
});

test.each([
  ['whose Pod goes on', 1, (books: Books) => void books.tells('other', 1, 'preparing')],
  ['that was taken back before its Pod started', 0, () => undefined],
])('a worker that gets a run beside one %s: doubled is %d', (_, doubled, begin) => {
  const books = kept();
  const assigned = { stage: 'applying', workerId: 'worker', transport: 'poll' } as const;
  books.assigned('other', assigned);
  begin(books);
  books.assigned(ID, assigned);
  expect(audit(books, STORED).doubled).toBe(doubled);
});

test('a run that two Pods were let start for is found by what they were told', () => {
  const books = kept();
  for (const podUid of ['one', 'other']) books.started(ID, { stage: 'applying', attempt: 1, podUid });
  expect(audit(books, STORED).doubled).toBe(1);
});
