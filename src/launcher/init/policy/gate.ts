import { INIT_VARIABLE } from '../../../api/names';
import { POD_VARIABLE } from '../../../protocol/environment';
import type { PolicyInput, RunSpec } from '../../../protocol/messages';
import type { Clock } from '../../../time';
import type { Logger } from '../../logger';
import type { PolicyLimits } from './opa';
import { askPolicy } from './policy';
import { PolicyError } from './policy-error';
import type { PolicyVerdict } from './verdict';

export interface GateOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workerName: string;
  /** Version of the launcher. */
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** @default OPA_PATH */
  readonly opa?: string | undefined;
  /** @default POLICY_LIMITS */
  readonly policyLimits?: PolicyLimits | undefined;
}

/** The policy denied the run. The message is a sentence for people. */
export class PolicyDenied extends Error {
  override readonly name = 'PolicyDenied';
}

/** Whether the pool has an initialization policy. */
export function hasPolicy(environment: GateOptions['environment']): boolean {
  return Boolean(environment[INIT_VARIABLE.initializationPolicy]);
}

/**
 * Asks the policy of the pool, where it has one, whether the run may begin. Hands on what it says, for the run's log.
 *
 * @throws PolicyDenied; PolicyError when it cannot be asked: a policy that is passed over in silence protects nobody
 */
export async function passPolicy(run: RunSpec, options: GateOptions, say: (line: string) => void): Promise<void> {
  const { environment, logger, signal, opa, policyLimits: limits } = options;
  const file = environment[INIT_VARIABLE.initializationPolicy];
  if (!file) return;
  try {
    const input = inputOf(run, options);
    const verdict = await askPolicy({ file, input, signal, opa, limits });
    for (const line of linesOf(verdict)) say(line);
    if (verdict.isSampled) {
      const outcome = verdict.isDenied ? 'deny' : 'allow';
      logger.info(
        `Sample of the initialization policy: ${JSON.stringify({ input, outcome, results: verdict.results })}`,
      );
      say('Initialization policy, sample: input and results are in the log of the container init of this Pod.');
    }
    if (verdict.isDenied) throw new PolicyDenied(sentenceOf(verdict));
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new PolicyError(
      `The initialization policy ${file} cannot be evaluated, so the run is refused. ${error.message}`,
    );
  }
}

function inputOf(run: RunSpec, { environment, workerName, version, clock }: GateOptions): PolicyInput {
  const subject = run.policySubject;
  if (!subject) throw new PolicyError('The control plane is too old to tell of the run what a policy reads.');
  const image = environment[POD_VARIABLE.runnerImage];
  if (!image) throw new PolicyError('The controller is too old to tell the image of the run.');
  return {
    run: { ...subject.run, runtime_config: { ...subject.run.runtime_config, runner_image: image } },
    stack: subject.stack,
    commit: subject.run.commit,
    docker_image: image,
    worker: { name: workerName },
    worker_version: version,
    request: { timestamp_ns: clock.now() * 1_000_000 },
  };
}

/** Of each rule so many messages are shown, and of each so much. */
const SHOWN = { messages: 20, characters: 500 };

function linesOf({ denials, warnings, allowances }: PolicyVerdict): string[] {
  return Object.entries({ deny: denials, warn: warnings, allow: allowances }).flatMap(([rule, messages]) => {
    const more = messages.length - SHOWN.messages;
    return [
      ...messages.slice(0, SHOWN.messages).map((message) => `Initialization policy, ${rule}: ${shown(message)}`),
      ...(more > 0 ? [`Initialization policy, ${rule}: and ${more} more`] : []),
    ];
  });
}

function sentenceOf({ denials }: PolicyVerdict): string {
  const [first = ''] = denials;
  const others = denials.length > 1 ? ` (and ${denials.length - 1} more)` : '';
  return `The initialization policy of the pool denied the run: ${shown(first)}${others}`;
}

function shown(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  return line.length <= SHOWN.characters ? line : `${line.slice(0, SHOWN.characters - 1)}…`;
}
