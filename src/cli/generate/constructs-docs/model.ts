/** What the docstrings and types of the public entry say, without TypeScript's own objects. */
export interface Documented {
  readonly name: string;
  /** First paragraph. */
  readonly summary: string;
  /** Further paragraphs. */
  readonly remarks: string;
  /** Text of `@default`. */
  readonly whenUnset?: string;
  /** Text of each `@throws`. */
  readonly throws: readonly string[];
  /** Text of `@returns`. */
  readonly returns?: string;
  /** Text of `@deprecated`. */
  readonly deprecated?: string;
  /** Text of each `@see`. */
  readonly see: readonly string[];
}

export interface Property extends Documented {
  readonly type: Type;
  readonly optional: boolean;
}

export interface Method extends Documented {
  readonly parameters: readonly Property[];
  readonly result: Type;
}

/** A type as it is written, in pieces, so that a page can link the names that it knows. */
export type Type = readonly (string | { readonly name: string })[];

export type Kind = 'class' | 'properties' | 'interface' | 'enum';

/** One exported declaration. */
export interface Declaration extends Documented {
  readonly kind: Kind;
  /** The folder below src/constructs in which it lives; empty for one beside the folders. */
  readonly group: string;
  /** What it extends and implements. */
  readonly bases: readonly Type[];
  /** Missing where there is nothing to construct: no class, an abstract one, or one made by its factories. */
  readonly construction?: readonly Property[];
  readonly factories: readonly Method[];
  readonly constants: readonly Property[];
  readonly properties: readonly Property[];
  readonly methods: readonly Method[];
}
