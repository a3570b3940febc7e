import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { idsOfAttempt, idsOfRun } from '../../src/tracing/run-ids';

const RUN = '01HPS6XB76J1JB3EHSK4AWE5AB';

/** Of another program, for the same words. */
const sha256 = (words: string): string => execFileSync('sha256sum', { input: words, encoding: 'utf8' }).slice(0, 64);

test('the ids of a trace follow from those of the run alone, as other programs may work them out', () => {
  const traceId = sha256(`worker-pools: TRACE ${RUN}`).slice(0, 32);
  expect(idsOfRun(RUN)).toEqual({ traceId, spanId: sha256(`worker-pools: RUN ${RUN}`).slice(0, 16) });
  const spanId = sha256(`worker-pools: ATTEMPT 2 OF ${RUN}`).slice(0, 16);
  expect(idsOfAttempt(RUN, 2)).toEqual({ traceId, spanId });
});

test('they are the same for a ULID in lower case, as it stands in the names of Pods', () => {
  expect(idsOfRun(RUN.toLowerCase())).toEqual(idsOfRun(RUN));
  expect(idsOfAttempt(RUN.toLowerCase(), 1)).toEqual(idsOfAttempt(RUN, 1));
});
