import type { ResultOf } from 'gql.tada';
import { CHANGE_WORDS, changesInWords, reasonInWords, type ChangeWord } from '../../text/changes';
import type { RUN_CHANGES } from './documents';
import { table } from './output';

export type { ChangeWord };

export const CHANGE_TYPES = Object.keys(CHANGE_WORDS) as ChangeWord[];

export type RunWithChanges = NonNullable<ResultOf<typeof RUN_CHANGES>['run']>;
type Delta = NonNullable<RunWithChanges['delta']>;
type Changes = RunWithChanges['changesV3'][number];
type Resource = Changes['resources'][number];

/** What the tool counts as added and as deleted is replaced. */
export function deltaInWords({ replaceCount: replace, ...delta }: Delta): string {
  return changesInWords({
    ...{ create: delta.addCount - replace, delete: delta.deleteCount - replace, replace, update: delta.changeCount },
    ...{ import: delta.importCount, move: delta.moveCount, forget: delta.forgetCount },
  });
}

/** What a plan changes, for people. */
export function changesText(delta: Delta, { resources, drift, outputs, isCut }: Changes): string {
  const rows = [...resources].sort((a, b) => rankOf(a) - rankOf(b)).map(resourceRow);
  const parts = [
    `Plan: ${deltaInWords(delta)}`,
    ...(rows.length > 0 ? [table([['', 'ACTION', 'RESOURCE', 'WHY'], ...rows])] : []),
    ...(drift.length > 0
      ? [table([['', 'CHANGED OUTSIDE OF THE STACK'], ...drift.map((one) => row(one, one.address))])]
      : []),
    ...(outputs.length > 0 ? [table([['', 'OUTPUT'], ...outputs.map((one) => row(one, one.name))])] : []),
    ...(isCut ? ['There are more than are kept of a plan; its counts are whole.'] : []),
  ];
  return parts.join('\n\n');
}

const wordOf = (type: Resource['metadata']['type']): ChangeWord => type.toLowerCase() as ChangeWord;

const rankOf = ({ metadata }: Resource): number => CHANGE_TYPES.indexOf(wordOf(metadata.type));

const row = ({ type }: { type: Resource['metadata']['type'] }, name: string): string[] => [
  CHANGE_WORDS[wordOf(type)].sign,
  name,
];

function resourceRow({ address, previousAddress, metadata }: Resource): string[] {
  const { sign, one } = CHANGE_WORDS[wordOf(metadata.type)];
  const reasons = [
    ...(metadata.deposed ? ['a deposed object'] : []),
    ...(metadata.imported && one !== 'import' ? ['imported'] : []),
    ...(previousAddress === address ? [] : [`was ${previousAddress}`]),
    ...(metadata.replacedFor.length > 0 ? [`for ${metadata.replacedFor.join(', ')}`] : []),
    ...(metadata.reason === null ? [] : [reasonInWords(metadata.reason)]),
  ];
  return [sign, one, address, reasons.join('; ')];
}
