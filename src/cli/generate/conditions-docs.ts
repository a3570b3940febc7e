import {
  EVENT_MEANING,
  EVENT_SOURCE,
  POOL_CONDITION_MEANING,
  REASON_MEANING,
  WORKER_CONDITION_MEANING,
} from '../../api';
import { EXIT, EXIT_MEANING } from '../../protocol/exit-codes';
import { OUTCOME_MEANING } from '../../protocol/outcomes';
import type { Artefact } from './artefact';
import { cell, code, page, table } from './markdown';

/** The reference of conditions, events, outcomes of runs and exit codes. */
export async function generateConditionsDocs(): Promise<Artefact> {
  const exits = Object.entries(EXIT_MEANING) as [keyof typeof EXIT, string][];
  const text = `# Conditions, events and outcomes

What to do about them, by symptom: [troubleshooting](../operations/troubleshooting.md).

## Conditions of a WorkerPool

${table(['Condition', 'Meaning'], entries(POOL_CONDITION_MEANING))}

## Conditions of a Worker

${table(['Condition', 'Meaning'], entries(WORKER_CONDITION_MEANING))}

## Reasons

${table(['Reason', 'Meaning'], entries(REASON_MEANING))}

## Events

Events come from \`${EVENT_SOURCE}\`. Those of a WorkerPool have the reason of the condition that changed, or one of these:

${table(['Event', 'Meaning'], entries(EVENT_MEANING))}

Those of a Worker have the reason of its condition \`RunPodStarted\`, and its message.

## Outcomes of runs

Every run ends with one of these, and a sentence; \`worker-pools run show\` prints both. Only a run that has not started is queued again by the bundled control plane; the last column is what a person or a policy may rely on.

${table(
  ['Outcome', 'Meaning', 'Safe to run again?'],
  Object.entries(OUTCOME_MEANING).map(([name, { meaning, retry }]) => [code(name), cell(meaning), cell(retry)]),
)}

## Exit codes

Of the containers \`init\` and \`launcher-grpc\` of a run Pod. Any other code, 1 included, is the runtime's own: nothing was handed on then.

${table(
  ['Code', 'Meaning'],
  exits.map(([name, meaning]) => [code(String(EXIT[name])), cell(meaning)]),
)}

Those of the command line: [run log](cli.md#worker-pools-run-log).
`;
  return { files: { 'docs/reference/conditions.md': await page('src/api/conditions.ts and src/protocol', text) } };
}

const entries = (meanings: Readonly<Record<string, string>>): string[][] =>
  Object.entries(meanings).map(([name, meaning]) => [code(name), cell(meaning)]);
