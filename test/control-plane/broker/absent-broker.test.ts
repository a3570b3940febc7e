import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Brokers } from '../../../src/control-plane/broker';
import { freePort } from '../../support/own-servers';
import { until } from '../../support/until';
import { proofChecks } from '../support/proofs';
import { TestQueue } from '../support/queue';

test('that the outside broker is away is said in one line, and not at each try', async () => {
  const lines: string[] = [];
  const queue = await TestQueue.ready();
  const url = `mqtt://127.0.0.1:${await freePort()}`;
  let tries = 0;
  const brokers = await Brokers.start(
    { ...queue.context, logger: pino({}, { write: (line: string) => void lines.push(line) }) },
    {
      embedded: null,
      outside: { url },
      proofs: proofChecks(),
      observer: { connects: () => (tries += 1), publishes: () => undefined, answered: () => undefined },
      authority: {
        certificatePem: '',
        issueClient: () => Promise.resolve({ certificate: '', key: '' }),
        secretWord: () => Promise.resolve('group'),
      },
    },
  );
  try {
    await until(() => tries >= 3, 'it was tried three times');
  } finally {
    await brokers.close();
    await queue.close();
  }
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({
      broker: url,
      why: expect.stringContaining('ECONNREFUSED'),
      msg: 'the MQTT broker cannot be reached',
    }),
  ]);
  expect(lines.join()).not.toMatch(/\bat .*\.[jt]s:/);
});
