import { table } from '../../src/cli/api/output';
import type { RequestCount } from './audit';
import { total } from './audit';
import type { Usage } from '../support/program-process';
import {
  machineLine,
  measureTable,
  median,
  memory,
  ratio,
  targetSentence,
  type Machine,
  type Measure,
} from './measures';
import type { RunRound } from './rounds';

export interface Round extends RunRound {
  readonly bareSeconds: number;
  /** Some quiet seconds after the round. */
  readonly usage: Usage;
}

/** All that was measured. */
export interface BenchReport {
  readonly machine: Machine;
  readonly settings: { readonly runs: number; readonly rounds: number; readonly qps?: number };
  readonly registration: { readonly seconds: number; readonly keys: number; readonly keySeconds: number };
  readonly idle: Usage & { readonly seconds: number; readonly requests: readonly RequestCount[] };
  readonly rounds: readonly Round[];
  readonly requestsPerRun: number;
}

export function measuresOf(report: BenchReport): Measure[] {
  const { registration, idle, rounds } = report;
  const { runs } = report.settings;
  const bare = median(rounds.map(({ bareSeconds }) => bareSeconds));
  const pods = median(rounds.map(({ podsSeconds }) => podsSeconds));
  const keySeconds = (registration.keySeconds / registration.keys) * runs;
  const first = rounds[0]?.usage.residentMiB ?? NaN;
  const last = rounds.at(-1)?.usage;
  const perMinute = (total(idle.requests) / idle.seconds) * 60;
  return [
    ratio(`${runs} assigned runs to ${runs} Pods, beside a bare client`, pods / bare, 2.5, `${s(pods)} : ${s(bare)}`),
    ratio(
      `${runs} Workers registered, beside ${runs} RSA-2048 keys`,
      registration.seconds / keySeconds,
      0.25,
      `${s(registration.seconds)} : ${s(keySeconds)}${registration.keys === runs ? '' : `, scaled from ${registration.keys} keys`}`,
    ),
    {
      name: 'API requests a run, over its whole life',
      value: report.requestsPerRun,
      figure: report.requestsPerRun.toFixed(2),
      atMost: 6,
      from: `${runs * rounds.length} runs, from the audit log`,
    },
    memory(`memory after ${runs} finished runs, ${runs} idle Workers`, first, {
      atMost: 128,
      from: 'resident, 10 s after the last',
    }),
    memory(`memory with ${runs} idle Workers, before any run`, idle.residentMiB),
    ...(last ? [memory(`memory after ${runs * rounds.length} finished runs`, last.residentMiB)] : []),
    ...(last?.peakMiB ? [memory('memory at its peak', last.peakMiB)] : []),
    {
      name: 'API requests in an idle minute',
      value: perMinute,
      figure: perMinute.toFixed(1),
      from: idle.seconds === 60 ? '' : `scaled from ${idle.seconds} s`,
    },
    ...cpu(rounds, runs),
  ];
}

/** The table that people read; the same at a terminal and in a file. */
export function reportAsText(report: BenchReport): string {
  const { machine, settings } = report;
  const measures = measuresOf(report);
  return [
    machineLine(machine),
    `${settings.runs} runs a round, medians of ${settings.rounds} rounds, controller with ${settings.qps === undefined ? 'its own request rate' : `${settings.qps} requests a second`}`,
    '',
    measureTable(measures),
    '',
    'requests of the controller a run:',
    ...table(requestRows(report))
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    targetSentence(measures),
    '',
  ].join('\n');
}

function requestRows({ rounds, settings }: BenchReport): string[][] {
  const sums = new Map<string, number>();
  for (const { request, count } of rounds.flatMap(({ requests }) => requests)) {
    sums.set(request, (sums.get(request) ?? 0) + count);
  }
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .map(([request, count]) => [request, (count / (settings.runs * rounds.length)).toFixed(3)]);
}

function cpu(rounds: readonly Round[], runs: number): Measure[] {
  const seconds = rounds.flatMap(({ cpuSeconds }) => cpuSeconds ?? []);
  if (seconds.length === 0) return [];
  const value = (median(seconds) / runs) * 1000;
  return [{ name: 'CPU time of the controller a run', value, figure: `${value.toFixed(1)} ms`, from: '' }];
}

const s = (seconds: number): string => `${seconds.toFixed(2)} s`;
