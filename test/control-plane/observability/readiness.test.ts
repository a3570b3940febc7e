import { expect, test } from '@jest/globals';
import { noOftenerThan, readiness, type ReadinessCheck } from '../../../src/control-plane/observability/readiness';

const check = (name: string, problem: ReadinessCheck['problem']): ReadinessCheck => ({ name, problem });

test('it is ready while every check passes', async () => {
  const checks = [check('one', () => undefined), check('two', () => Promise.resolve(undefined))];
  expect(await readiness(checks)).toEqual({ isReady: true, report: 'ok one\nok two\n' });
});

test.each<[string, ReadinessCheck['problem'], string]>([
  ['finds a problem', () => 'it is full', 'failed disk: it is full'],
  ['finds one later', () => Promise.resolve('it is full'), 'failed disk: it is full'],
  ['fails', () => Promise.reject(new Error('SQLITE_FULL')), 'failed disk: SQLITE_FULL'],
  ['does not answer', () => new Promise(() => undefined), 'failed disk: no answer within 20 ms'],
])('it is not where one %s, and says so beside what is well', async (_, problem, line) => {
  const { isReady, report } = await readiness([check('other', () => undefined), check('disk', problem)], 20);
  expect({ isReady, report }).toEqual({ isReady: false, report: `ok other\n${line}\n` });
});

test('a check that is work is made once for all who ask at a time', async () => {
  let looks = 0;
  const shared = noOftenerThan(
    60_000,
    check('disk', () => `look ${(looks += 1)}`),
  );
  const answers = await Promise.all([readiness([shared]), readiness([shared])]);
  expect(answers.map(({ report }) => report)).toEqual(['failed disk: look 1\n', 'failed disk: look 1\n']);
  const each = noOftenerThan(
    0,
    check('disk', () => `look ${(looks += 1)}`),
  );
  await readiness([each]);
  expect((await readiness([each])).report).toBe('failed disk: look 3\n');
});
