import type { Json } from '../api';
import type { World } from '../world';

/** A field at the root of the API, tried as a client uses it. */
export interface Operation {
  /** Goes on after its name. */
  readonly shows: string;
  /** Takes every argument from variables. */
  readonly document: string;
  /** Makes what it needs, and gives the variables. */
  readonly given: (world: World) => Promise<Json> | Json;
  /** What the field is at least; of a list, how it begins. */
  readonly gives: (world: World, given: Json) => unknown;
  /** What is asked then, and what it is at least. */
  readonly then?: (
    world: World,
    given: Json,
  ) => { readonly ask: string; readonly with?: Json; readonly gives: unknown };
}

export type Operations = Readonly<Record<string, Operation>>;

export const one = (type: string, field: string, selection: string) =>
  `query($id: ID!) { ${field}(id: $id) { ${selection} } }`.replace('ID!', type);
export const ofPool = ({ pool }: World): Json => ({ id: pool.id });
export const ofStack = ({ stack }: World): Json => ({ stack });
export const FIRST = { input: { first: 5 } };
export const search = (field: string) =>
  `query($input: SearchInput!) { ${field}(input: $input) { edges { node { id } } pageInfo { endCursor hasNextPage hasPreviousPage } } }`;
