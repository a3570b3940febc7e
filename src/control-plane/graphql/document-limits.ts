import {
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

type Variables = Readonly<Record<string, unknown>>;

/** How much a document asks for, aliases and fragments counted as often as they are asked for. */
export interface DocumentSize {
  readonly operations: number;
  readonly rootFields: number;
  /** Fields, each times the usual length of the lists around it. */
  readonly cost: number;
  readonly logIns: number;
  readonly introspects: boolean;
}

/** Usual lengths of the lists of the schema; one without an entry is short. */
export const LIST_LENGTH: Readonly<Record<string, number>> = {
  workerPools: 100,
  workers: 100,
  stacks: 100,
  runs: 100,
  edges: 100,
  changesV3: 100,
  history: 500,
  // Of introspection.
  types: 50,
  fields: 5,
  args: 5,
  inputFields: 5,
  enumValues: 5,
  interfaces: 5,
  possibleTypes: 5,
  directives: 5,
};

interface Size {
  readonly fields: number;
  readonly cost: number;
  readonly logIns: number;
  readonly introspects: boolean;
}

const NOTHING: Size = { fields: 0, cost: 0, logIns: 0, introspects: false };

/** Takes a time that grows with the document, not with what its fragments spread to. */
export function sizeOf(document: DocumentNode, variables: Variables): DocumentSize {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: SelectionSetNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition.selectionSet);
  }
  const measure = measurer(fragments, variables);
  const { fields, ...size } = sum(operations.map((selections) => measure(selections)));
  return { operations: operations.length, rootFields: fields, ...size };
}

function measurer(fragments: ReadonlyMap<string, FragmentDefinitionNode>, variables: Variables) {
  const known = new Map<string, Size>();
  const ofSelections = ({ selections }: SelectionSetNode): Size => sum(selections.map(ofSelection));
  const ofSelection = (node: SelectionNode): Size => {
    if (node.kind === Kind.INLINE_FRAGMENT) return ofSelections(node.selectionSet);
    if (node.kind === Kind.FRAGMENT_SPREAD) return ofFragment(node.name.value);
    const inner = node.selectionSet ? ofSelections(node.selectionSet) : NOTHING;
    const name = node.name.value;
    return {
      fields: 1,
      cost: 1 + lengthOf(node, variables) * inner.cost,
      logIns: inner.logIns + (name === 'apiKeyUser' ? 1 : 0),
      introspects: inner.introspects || name === '__schema' || name === '__type',
    };
  };
  const ofFragment = (name: string): Size => {
    const found = known.get(name);
    if (found) return found;
    // One that spreads itself is refused by the validation.
    known.set(name, NOTHING);
    const fragment = fragments.get(name);
    const size = fragment ? ofSelections(fragment.selectionSet) : NOTHING;
    known.set(name, size);
    return size;
  };
  return ofSelections;
}

function sum(sizes: readonly Size[]): Size {
  return sizes.reduce(
    (all, { fields, cost, logIns, introspects }) => ({
      fields: all.fields + fields,
      cost: all.cost + cost,
      logIns: all.logIns + logIns,
      introspects: all.introspects || introspects,
    }),
    NOTHING,
  );
}

/** What `first` says, or else how long such a list usually is. */
function lengthOf(node: FieldNode, variables: Variables): number {
  const usual = LIST_LENGTH[node.name.value] ?? 1;
  const first = node.arguments?.find(({ name }) => name.value === 'first')?.value;
  const asked =
    first?.kind === Kind.VARIABLE ? variables[first.name.value] : first?.kind === Kind.INT ? Number(first.value) : null;
  return typeof asked === 'number' && asked >= 0 ? asked : usual;
}
