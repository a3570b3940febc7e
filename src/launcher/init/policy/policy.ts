import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { PolicyInput } from '../../../protocol/messages';
import { Opa, POLICY_LIMITS, type OpaError, type PolicyLimits } from './opa';
import { CAPABILITIES_PATH, INPUT_SCHEMA_PATH, OPA_PATH } from './path';
import { PolicyError } from './policy-error';
import { verdictOf, type PolicyVerdict } from './verdict';

export interface AskOptions {
  /** Path of the policy. */
  readonly file: string;
  readonly input: PolicyInput;
  readonly signal: AbortSignal;
  /** @default OPA_PATH */
  readonly opa?: string | undefined;
  /** @default POLICY_LIMITS */
  readonly limits?: PolicyLimits | undefined;
}

/** The package that a policy must be of. */
const PACKAGE = 'spacelift';

/** A ConfigMap holds no more. */
const LARGEST_POLICY = 1024 * 1024;

/** Values as they are, in lists of none or one: what is undefined is no error. */
const QUERY = `{${['deny', 'warn', 'allow', 'sample'].map((rule) => `"${rule}": [value | value := data.${PACKAGE}.${rule}]`).join(', ')}}`;

/**
 * Has OPA evaluate a policy.
 *
 * @throws PolicyError when there is none, it cannot be understood, fails or takes too much
 */
export async function askPolicy({ file, input, signal, opa, limits }: AskOptions): Promise<PolicyVerdict> {
  await checkFile(file);
  const program = new Opa(opa ?? OPA_PATH, limits ?? POLICY_LIMITS, signal);
  const { syntax, rules } = await parse(program, file);
  const flags = ['--strict-builtin-errors', '--capabilities', CAPABILITIES_PATH, '--schema', INPUT_SCHEMA_PATH];
  const args = ['eval', ...syntax, ...flags, '--format', 'json', '--stdin-input', '--data', file, QUERY];
  const answer = await program.run(args, JSON.stringify(input));
  if (answer.kind === 'errors') throw refusalOf(answer.errors);
  const evaluated = Evaluated.safeParse(answer.json);
  const value = evaluated.data?.result[0]?.expressions[0]?.value;
  if (value === undefined) throw new PolicyError('OPA answers in a form not understood.');
  return verdictOf(value, rules);
}

const Values = z.array(z.unknown());
const Evaluated = z.object({
  result: z.array(
    z.object({
      expressions: z.array(
        z.object({ value: z.object({ deny: Values, warn: Values, allow: Values, sample: Values }) }),
      ),
    }),
  ),
});

const Term = z.object({ value: z.unknown() });
const Module = z.object({
  package: z.object({ path: z.array(Term) }),
  rules: z.array(z.object({ head: z.object({ ref: z.array(Term).min(1) }) })).optional(),
});

async function checkFile(file: string): Promise<void> {
  if (!file.endsWith('.rego')) throw new PolicyError('The name of its file must end in .rego.');
  const found = await stat(file).catch(({ code }: NodeJS.ErrnoException) => {
    throw new PolicyError(
      `The file cannot be read (${code}): mount the ConfigMap with it into the container init, at this path.`,
    );
  });
  if (!found.isFile()) throw new PolicyError('It is no file: name the file, not its folder.');
  if (found.size > LARGEST_POLICY)
    throw new PolicyError(`It has ${found.size} bytes; at most ${LARGEST_POLICY} are read.`);
}

/** The syntax of before OPA 1.0 (`deny["…"] { … }`), or today's (`deny contains "…" if { … }`). */
async function parse(opa: Opa, file: string): Promise<{ syntax: readonly string[]; rules: ReadonlySet<string> }> {
  const today = await opa.run(['parse', '--format', 'json', file]);
  if (today.kind === 'answer') return { syntax: [], rules: rulesOf(today.json) };
  const old = ['--v0-compatible'];
  const before = await opa.run(['parse', ...old, '--format', 'json', file]);
  if (before.kind === 'answer') return { syntax: old, rules: rulesOf(before.json) };
  // Whoever writes the old syntax is not to be told all that is different today.
  const isOld = today.errors.some(({ message }) => /`(if|contains)` keyword is required/.test(message));
  throw refusalOf(isOld ? before.errors : today.errors);
}

function rulesOf(json: unknown): ReadonlySet<string> {
  const module = Module.safeParse(json);
  if (!module.success) throw new PolicyError('OPA parses it into a form not understood.');
  const path = module.data.package.path.slice(1).map(({ value }) => String(value));
  if (path.join('.') !== PACKAGE) {
    throw new PolicyError(`Its package is ${path.join('.')}; it must have the line "package ${PACKAGE}".`);
  }
  return new Set(module.data.rules?.map(({ head }) => String(head.ref[0]?.value)));
}

/** So many errors are told. */
const TOLD = 3;

function refusalOf(errors: readonly OpaError[]): PolicyError {
  const lines = errors.slice(0, TOLD).map(({ message, location }) => {
    return `${location === undefined ? '' : `line ${location.row}: `}${message.replaceAll(/\s+/g, ' ')}`;
  });
  const more = errors.length > TOLD ? [`and ${errors.length - TOLD} more errors`] : [];
  return new PolicyError(`OPA refuses it: ${[...lines, ...more].join('; ')}.`);
}
