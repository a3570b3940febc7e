import { describe, expect, it } from '@jest/globals';
import { judgeRun, type Observed, type VictimEnd } from './labs/node/judge';

const well: Observed = {
  id: 'R',
  end: { reason: 'Succeeded', message: 'It did.' },
  begun: 1,
  made: 1,
  log: 'change (local-exec): second-1\nchange (local-exec): second-2\n',
  seconds: 2,
};
const evicted: Observed = { ...well, end: { reason: 'Evicted', message: 'The Pod was evicted.' }, made: 0 };
const victim: VictimEnd = { as: 'Evicted', says: /was evicted/ };
const held = { lost: false, doubled: false, killed: false, amiss: [] };

describe('a run under a fault of the node', () => {
  it.each<[string, Observed, VictimEnd | undefined]>([
    ['it ended well', well, undefined],
    ['its own Pod was broken, and it says so', evicted, victim],
  ])('holds when %s', (_, run, ends) => {
    expect(judgeRun(run, ends)).toEqual(held);
  });

  it.each<[string, Observed, VictimEnd | undefined, object]>([
    ['never ended', { ...well, end: undefined }, undefined, { lost: true, killed: false }],
    [
      'ended without a reason',
      { ...well, end: { reason: null, message: '' } },
      undefined,
      { lost: true, killed: true },
    ],
    ['made its change twice', { ...well, begun: 2, made: 2 }, undefined, { doubled: true }],
    ['was ended although its Pod was left alone', evicted, undefined, { killed: true }],
    ['ended as something else than is named', evicted, { ...victim, as: 'NodeLost' }, { killed: true }],
    ['did not say why it ended', evicted, { ...victim, says: /drained/ }, { ...held, amiss: [expect.any(String)] }],
    ['succeeded without its change', { ...well, made: 0 }, undefined, { ...held, amiss: [expect.any(String)] }],
    [
      'lost a line of its log',
      { ...well, log: 'change (local-exec): second-2\n' },
      undefined,
      { ...held, amiss: ['the log of run R has not the lines of the seconds 1'] },
    ],
  ])('is told of when it %s', (_, run, ends, what) => {
    expect(judgeRun(run, ends)).toMatchObject(what);
  });
});
