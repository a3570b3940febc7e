/** One thing that the control plane cannot do without. */
export interface ReadinessCheck {
  readonly name: string;
  /** Undefined while all is well, otherwise what is not, in a few words for people. */
  readonly problem: () => string | undefined | Promise<string | undefined>;
}

export interface Readiness {
  readonly isReady: boolean;
  /** A line for each check: `ok name`, or `failed name: what is wrong`. */
  readonly report: string;
}

/** A check that says nothing for so long has failed; less than a probe waits. */
const PATIENCE_MS = 900;

/** What each check found; undefined where all is well. */
export function looks(
  checks: readonly ReadinessCheck[],
  patienceMs = PATIENCE_MS,
): Promise<{ readonly name: string; readonly found: string | undefined }[]> {
  return Promise.all(checks.map(async ({ name, problem }) => ({ name, found: await withinTime(problem, patienceMs) })));
}

/** Looks at everything that must be well for requests to be of use. */
export async function readiness(checks: readonly ReadinessCheck[], patienceMs?: number): Promise<Readiness> {
  const results = await looks(checks, patienceMs);
  const lines = results.map(({ name, found }) => (found === undefined ? `ok ${name}\n` : `failed ${name}: ${found}\n`));
  return { isReady: results.every(({ found }) => found === undefined), report: lines.join('') };
}

/** The same, looked at no more often, however many ask: strangers may, and each look is work. */
export function noOftenerThan(everyMs: number, check: ReadinessCheck): ReadinessCheck {
  let looked: { readonly at: number; readonly found: Promise<string | undefined> } | undefined;
  return {
    name: check.name,
    problem: () => {
      const now = performance.now();
      if (looked === undefined || now - looked.at >= everyMs) {
        looked = { at: now, found: (async () => check.problem())() };
      }
      return looked.found;
    },
  };
}

async function withinTime(problem: ReadinessCheck['problem'], patienceMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${patienceMs} ms`), patienceMs);
  });
  try {
    return await Promise.race([problem(), late]);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
