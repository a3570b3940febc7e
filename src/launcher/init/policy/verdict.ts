import { PolicyError } from './policy-error';

export interface PolicyVerdict {
  readonly isDenied: boolean;
  /** Why it is denied, in the words of the policy. */
  readonly denials: readonly string[];
  readonly warnings: readonly string[];
  readonly allowances: readonly string[];
  /** Whether input and results are to be shown. */
  readonly isSampled: boolean;
  /** The values of the rules, as they are. */
  readonly results: RuleValues;
}

/** None or one of each. */
export type RuleValues = Readonly<Record<'deny' | 'warn' | 'allow' | 'sample', readonly unknown[]>>;

/**
 * What a policy says of a run. One that has rules named `allow` denies what none of them allows; a `deny` wins over every
 * `allow`.
 *
 * @param rules the names of all rules of the policy
 * @throws PolicyError when a rule has a value that says nothing
 */
export function verdictOf(results: RuleValues, rules: ReadonlySet<string>): PolicyVerdict {
  const deny = said('deny', results);
  const warn = said('warn', results);
  const allow = said('allow', results);
  const isUnallowed = rules.has('allow') && !allow.holds;
  const denials = deny.holds || !isUnallowed ? deny.messages : ['no rule allows it'];
  return {
    isDenied: deny.holds || isUnallowed,
    denials: deny.holds && denials.length === 0 ? ['without a message'] : denials,
    warnings: [...warn.messages, ...(rules.has('deny') || rules.has('allow') ? [] : [NOTHING_DENIED])],
    allowances: allow.messages,
    isSampled: said('sample', results).holds,
    results,
  };
}

const NOTHING_DENIED = 'the policy has no rule named deny or allow, so it denies nothing';

/** A set of messages, an object with messages as its keys (`deny[message] if …` of today's syntax), a message, or true. */
function said(rule: keyof RuleValues, results: RuleValues): { holds: boolean; messages: string[] } {
  const [value] = results[rule];
  if (value === undefined || value === false) return { holds: false, messages: [] };
  if (value === true) return { holds: true, messages: [] };
  if (typeof value === 'string') return { holds: true, messages: [value] };
  if (Array.isArray(value)) return { holds: value.length > 0, messages: value.map(messageOf).sort() };
  if (typeof value !== 'object' || value === null) {
    throw new PolicyError(
      `Its rule ${rule} has the value ${JSON.stringify(value)}; it must be a set of messages, or true.`,
    );
  }
  const messages = Object.entries(value).flatMap(([message, holds]) => (holds === false ? [] : [message]));
  return { holds: messages.length > 0, messages };
}

function messageOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
