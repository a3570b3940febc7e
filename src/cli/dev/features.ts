import { relative } from 'node:path';
import type { FeatureGroup, Proof } from '../../../test/docs/features';

/** A report of Jest, as far as it is read. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    /** Path of the file. */
    readonly name: string;
    /** Of a file that could not be run. */
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

/**
 * What is wrong with the tests that features name: a sentence for each that was not among those that have passed.
 * @param reports of all suites
 * @param root of the repository
 */
export function unprovenFeatures(
  groups: readonly FeatureGroup[],
  reports: readonly JestReport[],
  root: string,
): string[] {
  const files = new Map(
    reports.flatMap(({ testResults }) =>
      testResults.map(({ name, assertionResults }) => [relative(`${root}/test`, name), assertionResults] as const),
    ),
  );
  const isProven = ({ file, title }: Proof): boolean => {
    const named = (files.get(file) ?? []).filter(({ fullName }) => fullName.includes(title));
    return named.some(({ status }) => status === 'passed') && named.every(({ status }) => status !== 'failed');
  };
  return groups
    .flatMap(({ features }) => features)
    .flatMap(({ id, proofs }) => proofs.filter((proof) => !isProven(proof)).map((proof) => `${id}: ${told(proof)}`));
}

const told = ({ file, title }: Proof): string => `no test in test/${file} has passed that is called "${title}"`;
