import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../../src/cli/api/connection';
import type { ProgramProcess } from './program-process';
import { until } from './until';

const API_KEY = { id: 'admin', secret: 'sixteen-characters-or-more' };

export interface Ports {
  readonly https: number;
  readonly mqtts: number;
  readonly metrics: number;
}

/** Arguments of the command `control-plane` for the loopback interface; @param ports 0 takes a free one */
export const loopback = (dataDir: string, ports: Ports = { https: 0, mqtts: 0, metrics: 0 }): string[] => [
  `--data-dir=${dataDir}`,
  `--listen=127.0.0.1:${ports.https}`,
  `--mqtt-port=${ports.mqtts}`,
  `--metrics-port=${ports.metrics}`,
];

export const apiKeyEnvironment = {
  WORKER_POOLS_API_KEY_ID: API_KEY.id,
  WORKER_POOLS_API_KEY_SECRET: API_KEY.secret,
};

/**
 * Waits until a control plane that was started with `loopback` says in its log where it listens.
 * @param from how many bytes of the log are of those that ran before it
 */
export async function whereItListens(program: ProgramProcess, log: string, from = 0): Promise<Ports> {
  const said = (): string | undefined =>
    readFileSync(log)
      .subarray(from)
      .toString()
      .split('\n')
      .findLast((line) => line.includes('"msg":"control plane listens"'));
  const line = await Promise.race([until(said, 'the control plane listens'), program.ended]);
  const { url, mqttUrl, metricsUrl } = JSON.parse(line) as Record<'url' | 'mqttUrl' | 'metricsUrl', string>;
  const [https, mqtts, metrics] = [url, mqttUrl, metricsUrl].map((address) => Number(new URL(address).port));
  return { https: https!, mqtts: mqtts!, metrics: metrics! };
}

/** How its API is reached. */
export const connectionTo = (port: number, dataDir: string): Connection => ({
  url: `https://127.0.0.1:${port}`,
  ca: readFileSync(join(dataDir, 'ca.crt'), 'utf8'),
  id: API_KEY.id,
  secret: () => API_KEY.secret,
});
