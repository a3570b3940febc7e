/** Tells the person at the terminal what is going on; one task at a time. */
export interface Progress {
  /**
   * A task begins.
   * @param title what is being done, for example "building kube-apiserver from source"
   * @param hint how long it takes and why, for example "about 4 minutes the first time"
   */
  start(title: string, hint?: string): void;
  /** What the running task is at. */
  update(text: string): void;
  /** The running task ended well. */
  done(): void;
  /** The running task failed; the error itself is thrown beside. */
  fail(): void;
}

export const silent: Progress = { start: () => {}, update: () => {}, done: () => {}, fail: () => {} };

/** How often a task may say in a log what it is at, in milliseconds. */
const UPDATE_EVERY_MS = 20_000;
let updatedAt = 0;

/** Plain lines on standard error, for logs and terminals that cannot redraw; a long task says now and then where it is. */
export const plainLines: Progress = {
  start: (title, hint) => {
    updatedAt = performance.now();
    process.stderr.write(`${title}${hint ? ` (${hint})` : ''} ...\n`);
  },
  update: (text) => {
    if (performance.now() - updatedAt < UPDATE_EVERY_MS) return;
    updatedAt = performance.now();
    process.stderr.write(`  ${text}\n`);
  },
  done: () => {},
  fail: () => void process.stderr.write('  failed\n'),
};

/** Runs `work` as one task. */
export async function task<T>(
  progress: Progress,
  title: string,
  hint: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  progress.start(title, hint);
  try {
    const result = await work();
    progress.done();
    return result;
  } catch (error) {
    progress.fail();
    throw error;
  }
}
