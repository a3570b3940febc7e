import { describe, expect, test } from '@jest/globals';
import { readDocument } from '../../src/control-plane/graphql/read-document';
import { bearer } from '../../src/control-plane/http/app';
import { checkPoolName, checkStackName, idOf, projectFolder } from '../../src/control-plane/names';
import { readSigningRequest } from '../../src/control-plane/pki/csr';
import { environmentRefusal } from '../../src/protocol/environment';
import { LogsRequest, RegisterRequest, SyncRequest } from '../../src/protocol/messages';
import { parsePrivateKey } from '../../src/protocol/auth';
import { parseToken } from '../../src/protocol/token';
import { visibleLines, visibleName } from '../../src/text/visible';
import { processorTime } from '../support/own-time';

const n = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length));

/** What each makes of a text of about that length, and the shortest that is measured. */
const PARSERS: readonly [string, (length: number) => unknown, number][] = [
  ['a document with a string that never ends', (l) => readDocument(`"${n('\\"', l)}`, Infinity), 16_000],
  ['a document of block strings', (l) => readDocument(`"""${n('\\"""', l)}`, Infinity), 16_000],
  ['a document of empty argument lists', (l) => readDocument(`{${n('a() ', l)}`, Infinity), 16_000],
  ['a document of brackets', (l) => readDocument(n('( ', l), Infinity), 16_000],
  ['a document of comments', (l) => readDocument(n('#\n', l), Infinity), 16_000],
  ['a bearer of blanks', (l) => bearer(`Bearer${n(' ', l)}`), 64_000],
  ['a bearer of words', (l) => bearer(`Bearer ${n('a ', l)}`), 64_000],
  [
    'a signing request that only begins',
    (l) => readSigningRequest(n('-----BEGIN CERTIFICATE REQUEST-----', l)),
    64_000,
  ],
  ['a signing request in base64', (l) => readSigningRequest(n('AAAA', l)), 64_000],
  ['the name of a pool', (l) => checkPoolName(n(' a', l)), 64_000],
  ['the name of a stack', (l) => checkStackName(n('a', l)), 64_000],
  ['the folder of a stack', (l) => projectFolder(n('./', l)), 64_000],
  ['an id', (l) => idOf(n('7', l)), 64_000],
  ['a token', (l) => parseToken(n(' \n', l)), 64_000],
  ['a private key', (l) => parsePrivateKey(n('-----BEGIN A', l)), 64_000],
  ['an environment', (l) => environmentRefusal({ [n('A ', l)]: n('x', l) }), 64_000],
  ['a log of escape sequences', (l) => visibleLines(n('\u001b[', l)), 64_000],
  ['a log of long escape sequences', (l) => visibleLines(`\u001b[${n('1;', l)}`), 64_000],
  ['a name of escape sequences', (l) => visibleName(n('\u001b[3', l)), 64_000],
  ['workers that are none', (l) => SyncRequest.safeParse({ session: 's', workers: Array(l).fill(0) }), 64_000],
  ['tags', (l) => RegisterRequest.safeParse({ session: 's', workers: [{ metadata: { a: n('x', l) } }] }), 64_000],
  ['entries of a log that are none', (l) => LogsRequest.safeParse({ entries: Array(l).fill(0) }), 64_000],
];

/** The best of several, in milliseconds of this thread: other programs have the processors, too. */
async function timeOf(parse: (length: number) => unknown, length: number): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < 5; round += 1) {
    const before = processorTime();
    try {
      await parse(length);
    } catch {
      // Refused, which may take time as well.
    }
    best = Math.min(best, processorTime() - before);
  }
  return best;
}

describe('four times as much takes at most eight times as long, where the square would take sixteen:', () => {
  test.each(PARSERS)('%s', async (_, parse, length) => {
    await timeOf(parse, length);
    const once = await timeOf(parse, length);
    const fourTimes = await timeOf(parse, 4 * length);
    // Below that it is the machine that is measured; the square of such lengths takes seconds.
    expect(fourTimes).toBeLessThan(Math.max(8 * once, 50));
  });
});
