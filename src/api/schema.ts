/** Plain objects by name. */
export type SchemaMap<T> = Readonly<Record<string, T>>;

/** A validation rule in the Common Expression Language, run by the API server. */
export interface ValidationRule {
  /** The expression; `self` is the value that the rule stands on. */
  readonly rule: string;
  /** What the person reads when the rule is broken. */
  readonly message: string;
  /** The same for values files of charts, whose schemas know no expressions. @default - nobody can say it there */
  readonly inValues?: { readonly maximum?: number; readonly pattern?: string };
}

/** The part of `apiextensions.k8s.io/v1` JSONSchemaProps that structural schemas of ours use. */
export interface JsonSchema {
  /** Only in the Kubernetes extract, before inlining: the short name of another type there. */
  readonly $ref?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly description?: string;
  readonly properties?: SchemaMap<JsonSchema>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly anyOf?: readonly JsonSchema[];
  readonly 'x-kubernetes-int-or-string'?: true;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular';
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[];
}
