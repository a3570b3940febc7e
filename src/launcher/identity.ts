import { z } from 'zod';
import { POD_VARIABLE } from '../protocol/environment';
import { Attempt, Fence, Stage, Time, Ulid } from '../protocol/messages';
import { EXIT } from '../protocol/exit-codes';
import { LauncherExit } from './exit';

const Identity = z.object({
  runId: Ulid,
  stage: Stage,
  attempt: z.coerce.number().pipe(Attempt),
  fence: z.coerce.number().pipe(Fence),
  workerName: z.string().min(1),
  podUid: z.string().min(1),
  startDeadline: z.coerce.number().pipe(Time),
});

/** Which attempt of which run this Pod carries out. */
export type Identity = z.infer<typeof Identity>;

/**
 * Reads the identity from the variables that the controller sets.
 *
 * @throws LauncherExit (`usage`) that names every variable that is missing or malformed.
 */
export function readIdentity(environment: Readonly<Record<string, string | undefined>>): Identity {
  const names = Object.keys(Identity.shape) as (keyof Identity)[];
  const parsed = Identity.safeParse(Object.fromEntries(names.map((name) => [name, environment[POD_VARIABLE[name]]])));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => POD_VARIABLE[issue.path[0] as keyof Identity]);
  throw new LauncherExit(
    EXIT.usage,
    `${[...new Set(wrong)].join(', ')}: missing or malformed. The controller sets these variables in a run Pod; the launcher does not run elsewhere.`,
  );
}
