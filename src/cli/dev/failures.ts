import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { JestReport } from './features';

/** Enough to see what was expected and what came. */
const LINES_OF_A_FAILURE = 12;

/**
 * What failed in a suite, each with the beginning of its message: a log of CI may be cut, and its end is what people read.
 * @param root of the repository
 */
export function failuresOf({ testResults }: JestReport, root: string): string[] {
  return testResults.flatMap(({ name, message = '', assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length > 0)
      return failed.map(({ fullName, failureMessages = [] }) => told(`${file}: ${fullName}`, failureMessages[0] ?? ''));
    // A file that could not be loaded, or whose set-up failed, has no tests.
    return assertionResults.length === 0 && message !== '' ? [told(file, message)] : [];
  });
}

function told(what: string, message: string): string {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return [`FAILED ${what}`, ...lines.slice(0, LINES_OF_A_FAILURE).map((line) => `    ${line}`)].join('\n');
}
