import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONTRACT } from '../simulation/api-server/contract/cases';
import { Lab, type ContractServer, type SeenAnswer, type SeenEvent } from '../simulation/api-server/contract/lab';
import { apiServer } from '../support/api-server';
import { installCrds } from '../support/controlled-pool';
import { startControllerManager, type RunningControllerManager } from '../support/kube-controller-manager';
import { createNamespace, kube } from '../support/kube';
import { until } from '../support/until';

let controllers: RunningControllerManager;

beforeAll(async () => {
  await installCrds();
  controllers = await startControllerManager([
    'garbage-collector-controller',
    'disruption-controller',
    'namespace-controller',
  ]);
}, 120_000);

afterAll(() => controllers.stop());

/** The cases that the simulated server passes, asked of the real one: where it says otherwise, the simulated one is wrong. */
describe.each(Object.entries(CONTRACT))('%s of the real API server', (_, cases) => {
  test.concurrent.each(cases)('$title', async ({ run, sees }) => {
    expect(await run(new Lab(await realServer()))).toEqual(sees);
  });
});

async function realServer(): Promise<ContractServer> {
  return {
    namespace: await createNamespace('contract'),
    request: async (method, path, body) => (await kube(method, path, body)) as unknown as SeenAnswer,
    watch: openWatch,
    until: async (what, condition) => void (await until(condition, what)),
  };
}

function openWatch(path: string): ReturnType<ContractServer['watch']> {
  const { url, ca, certificate, privateKey } = apiServer();
  const seen: SeenEvent[] = [];
  let ended = false;
  return new Promise((resolve, reject) => {
    const watch = request(new URL(path, url), { ca, cert: certificate, key: privateKey, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (text + chunk).split('\n');
        text = lines.pop() ?? '';
        seen.push(...lines.map((line) => JSON.parse(line) as SeenEvent));
      });
      response.on('close', () => (ended = true));
      response.on('error', () => (ended = true));
      resolve({
        events: async (count) => {
          const news = () => seen.filter(({ type }) => type !== 'BOOKMARK');
          await until(() => news().length >= count, `${count} events of ${path}`);
          return news();
        },
        untilEnd: async () => {
          await until(() => ended, `the end of ${path}`);
          return seen;
        },
        close: () => watch.destroy(),
      });
    });
    watch.on('error', reject);
    watch.end();
  });
}
