import type { Tables } from '../store';
import type { StackOutputs } from '../store/outputs';
import type { RunInputs, TakenOutput } from '../store/run-inputs';

/** Variables that the tool reads as HCL, unless they are plain texts. */
const OF_THE_TOOL = 'TF_VAR_';

/** Inputs of a run, or why it cannot have them. */
export type InputsOfRun = (RunInputs & { readonly isNew: boolean }) | { readonly refusal: string };

/** What a run gets of outputs of other stacks: once it has got them, the same ones for all of its life. */
export async function inputsOfRun(tables: Tables, runId: string): Promise<InputsOfRun> {
  const { got, taken: references } = await tables.runInputs.of(runId);
  if (got) return { ...got, isNew: false };
  if (references.length === 0) return { environment: {}, masked: [], isNew: false };
  const stackIds = [...new Set(references.map(({ dependsOnStackId }) => dependsOnStackId))];
  const outputs = await tables.outputs.of(stackIds);
  const names = new Map((await tables.stacks.findAll(stackIds)).map(({ id, name }) => [id, name]));
  const environment: Record<string, string> = {};
  const masked: string[] = [];
  for (const reference of references) {
    const { dependsOnStackId: id, inputName } = reference;
    const taken = takenOf(reference, names.get(id) ?? id, outputs.get(id));
    if ('refusal' in taken) return taken;
    environment[inputName] = valueFor(inputName, taken.value);
    if (taken.sensitive) masked.push(inputName);
  }
  return { environment, masked, isNew: true };
}

type Taken = { readonly value: string; readonly sensitive: boolean } | { readonly refusal: string };

function takenOf({ outputName, inputName }: TakenOutput, stack: string, outputs: StackOutputs | undefined): Taken {
  const wanted = `The variable ${inputName} is to be the output ${outputName} of stack ${stack}`;
  if (!outputs) {
    return {
      refusal: `${wanted}, of which no outputs are known: they are taken when a tracked run of it finishes. Trigger one: worker-pools run trigger ${stack}`,
    };
  }
  const output = outputs.outputs.find(({ name }) => name === outputName);
  if (!output) {
    const why = outputs.isCut ? 'which has more outputs than are taken, and not this one' : 'which has no such output';
    return {
      refusal: `${wanted}, ${why} since run ${outputs.runId}: add it to the source of ${stack}, or take another`,
    };
  }
  if (output.value !== null) return { value: output.value, sensitive: output.sensitive };
  const why =
    output.withheld === 'sensitive'
      ? `whose pool lets no sensitive outputs out: set SPACELIFT_SENSITIVE_OUTPUT_UPLOAD_ENABLED to true in spec.pod.workerContainer.env of its WorkerPool, and trigger a run of ${stack}`
      : 'which is larger than what is taken: hand over something smaller, such as a name by which it is found';
  return { refusal: `${wanted}, ${why}` };
}

/** A text as it is; everything else as JSON, which the tool reads as HCL. */
export function valueFor(inputName: string, json: string): string {
  const value: unknown = JSON.parse(json);
  if (typeof value === 'string') return value;
  return inputName.startsWith(OF_THE_TOOL) ? asHcl(json) : json;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\b': '\\u0008', '\\f': '\\u000c', '\\/': '/' };

/** JSON that means the same as an expression of HCL: without templates, and with the escapes that HCL has. */
function asHcl(json: string): string {
  return json.replace(/\\.|[$%](?=\{)/gs, (found) =>
    found.startsWith('\\') ? (ESCAPES[found] ?? found) : found + found,
  );
}
