import { Command } from 'commander';
import type { ResultOf } from 'gql.tada';
import { isInteger, isSafeNumber, parse } from 'lossless-json';
import { apiAction } from '../api/command';
import { STACK_OUTPUTS } from '../api/documents';
import { output, withOutput, type OutputFlags } from '../api/formats';
import { withExamples } from '../api/help';
import { table, when } from '../api/output';
import { notFound } from '../api/refused';
import { UserError } from '../run-program';

interface Flags extends OutputFlags {
  readonly sensitive?: boolean;
}

type Outputs = NonNullable<ResultOf<typeof STACK_OUTPUTS>['stack']>;
type Output = Outputs['outputs'][number];

/** `worker-pools stack output`: what the newest run told. */
export function outputCommand(): Command {
  const command = new Command('output')
    .argument('<stack>', 'name or id of the stack')
    .argument('[output]', 'one alone: a text as it is, everything else as JSON')
    .description(
      'Show the outputs of a stack, as its newest run told them. Values of sensitive ones are left out unless --sensitive asks for them, which needs the right to fetch states.',
    )
    .option('--sensitive', 'with the values of sensitive outputs, where the pool lets them out');
  withExamples(
    withOutput(command),
    'stack output network',
    'stack output network vpc_id',
    'stack output network -o json',
  );
  return apiAction<Flags>(command, async (client, flags, given = '', name) => {
    const { sensitive = false } = flags;
    const { stack } = await client.query(STACK_OUTPUTS, { id: given, sensitive });
    if (!stack) throw notFound(`stack ${given} not found`);
    if (stack.outputsRunId === null) {
      throw new UserError(
        `no outputs of stack ${stack.name} are known: they are taken when a tracked run of it finishes`,
      );
    }
    if (name !== undefined) return showOne(stack, name, flags);
    const shown = stack.outputs.map((one) => ({ ...described(one), value: valueOf(one) }));
    output(
      flags,
      shown,
      stack.outputs.map(({ id }) => id),
      outputsText(stack),
    );
  });
}

function showOne({ name: stack, outputs }: Outputs, name: string, flags: Flags): void {
  const one = outputs.find(({ id }) => id === name);
  if (!one) throw notFound(`stack ${stack} has no output ${name}`);
  const json = jsonOf(one);
  if (json === null) throw new UserError(`the value of output ${name} of stack ${stack} is not shown: ${whyNot(one)}`);
  const value = parsed(json);
  output(flags, value, name, typeof value === 'string' ? value : json);
}

function outputsText({ outputs, outputsRunId, outputsTakenAt }: Outputs): string {
  const told = `Told by run ${outputsRunId}, ${when(outputsTakenAt ?? 0)}.`;
  if (outputs.length === 0) return `There are none. ${told}`;
  const rows = outputs.map((one) => [one.id, one.sensitive ? 'yes' : '', jsonOf(one) ?? `(${whyNot(one)})`]);
  return `${table([['OUTPUT', 'SENSITIVE', 'VALUE'], ...rows])}\n${told}`;
}

const described = ({ id, sensitive, withheld }: Output) => ({ name: id, sensitive, withheld });

const jsonOf = ({ value, sensitiveValue }: Output): string | null => value ?? sensitiveValue ?? null;

function valueOf(one: Output): unknown {
  const json = jsonOf(one);
  return json === null ? null : parsed(json);
}

/** Of a control plane that tells texts as they are, a text. */
function parsed(json: string): unknown {
  try {
    return parse(json, null, numberOf);
  } catch {
    return json;
  }
}

/** A whole number is what it is, beyond 2^53, too. */
const numberOf = (digits: string): number | bigint =>
  isInteger(digits) && !isSafeNumber(digits) ? BigInt(digits) : Number(digits);

function whyNot({ withheld }: Output): string {
  if (withheld === 'too-large') return 'it is larger than what is taken of an output';
  if (withheld === 'sensitive') {
    return 'it is sensitive, and the pool lets those not out (SPACELIFT_SENSITIVE_OUTPUT_UPLOAD_ENABLED)';
  }
  return 'it is sensitive: --sensitive shows it';
}
