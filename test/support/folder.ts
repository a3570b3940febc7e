import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty folder of the test's own. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'worker-pools-test-'));

export const removeFolder = (path: string): void => rmSync(path, { recursive: true, force: true, maxRetries: 10 });
