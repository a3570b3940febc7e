import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../../../src/control-plane';
import type { RunPod } from '../../../../src/controller/run';
import { removeFolder, temporaryFolder } from '../../../support/folder';
import { Books } from './books';

const RUN = '01HPS6XB76J1JB3EHSK4AWE5AB';
const POD = `${RUN.toLowerCase()}-preparing-1`;
const folder = temporaryFolder();
const auditLog = join(folder, 'audit.jsonl');
afterAll(() => removeFolder(folder));

let books: Books;

beforeEach(() => {
  writeFileSync(auditLog, '');
  books = new Books(auditLog, 'team');
  books.triggered(RUN);
});

/** A line of the audit log: the API server has answered that a Pod is to be made. */
const creation = (code: number, more: object = {}): string => {
  const objectRef = { resource: 'pods', namespace: 'team', name: POD, ...more };
  return `${JSON.stringify({ verb: 'create', objectRef, responseStatus: { code } })}\n`;
};

const pod = (uid: string) => ({ metadata: { name: POD, namespace: 'team', uid } }) as RunPod;

const record = (changed: Partial<RunRecord> = {}): RunRecord =>
  ({ id: RUN, state: 'FINISHED', reason: 'Succeeded', message: '', finishedAt: 1, ...changed }) as RunRecord;

describe('a run is doubled', () => {
  it.each<[string, () => void, boolean]>([
    ['not by one Pod that is seen often', () => [pod('a'), pod('a')].forEach((one) => books.seen(one)), false],
    ['by a second Pod of the same name', () => [pod('a'), pod('b')].forEach((one) => books.seen(one)), true],
    ['by a second creation that nobody saw', () => appendFileSync(auditLog, creation(201) + creation(201)), true],
    ['not by a creation that was refused', () => appendFileSync(auditLog, creation(201) + creation(409)), false],
    [
      'not by a Pod of another namespace',
      () => appendFileSync(auditLog, creation(201) + creation(201, { namespace: 'team-b' })),
      false,
    ],
    [
      'not by a binding',
      () => appendFileSync(auditLog, creation(201) + creation(201, { subresource: 'binding' })),
      false,
    ],
    ['not by a line that was cut', () => appendFileSync(auditLog, `{"verb":"create","team${creation(201)}`), false],
    [
      'by two Pods that were let start for one stage',
      () => ['a', 'b'].forEach((uid) => books.started(RUN, 'preparing', uid)),
      true,
    ],
    [
      'not by a Pod for each stage',
      () => ['preparing', 'applying'].forEach((stage) => books.started(RUN, stage, stage)),
      false,
    ],
  ])('%s', (_, happen, isDoubled) => {
    happen();
    expect(books.doubled().has(RUN)).toBe(isDoubled);
  });
});

describe('a run is killed', () => {
  it.each<[string, Partial<RunRecord>, readonly string[], boolean]>([
    ['not when it ended well', {}, [], false],
    ['not while it goes on', { state: 'PLANNING', finishedAt: null }, [], false],
    ['when it ended otherwise than its Pod told', { state: 'FAILED', reason: 'NodeLost' }, [], true],
    ['not when its own Pod was what was broken', { state: 'FAILED', reason: 'NodeLost' }, ['NodeLost'], false],
  ])('%s', (_, changed, expected, isKilled) => {
    expect(books.ended([record(changed)], expected).has(RUN)).toBe(isKilled);
  });

  it('when its Pod was deleted in the midst, whatever its end says', () => {
    books.killed(RUN, 'its Pod was deleted');
    expect(books.ended([record()], []).get(RUN)).toContain('its Pod was deleted');
  });
});
