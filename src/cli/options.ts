import { InvalidArgumentError, Option } from 'commander';

/** Reads an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** Reads an option that holds several words. */
export const words = (value: string): string[] => value.split(' ').filter((word) => word !== '');

/** Reads a whole number that is neither below `least` nor above `most`. */
export const wholeNumber =
  (least: number, most = Infinity) =>
  (value: string): number => {
    const number = Number(value);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(
      `it must be a whole number from ${least} ${most === Infinity ? 'up' : `to ${most}`}`,
    );
  };

/** The least level that a server of ours logs. */
export const logLevel = (usual = 'info'): Option =>
  new Option('--log-level <level>', 'lowest level that is logged')
    .choices(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default(usual);

export type ReportFormat = 'table' | 'json';

/** How a report is printed. */
export const reportFormat = (): Option =>
  new Option('-o, --output <format>', 'what is printed: a table, or everything that was measured as JSON')
    .choices(['table', 'json'])
    .default('table');
