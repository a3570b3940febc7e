import { objectSchema, type ObjectType } from './field';
import { inlineTypes } from './inline';
import { KUBERNETES_SCHEMAS } from './kubernetes-schemas.generated';
import { GROUP, VERSION } from './names';
import type { JsonSchema, ValidationRule } from './schema';

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  /** Columns above 0 appear with `-o wide` only. @default 0 */
  readonly priority?: number;
}

export interface ScaleSubresource {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath: string;
}

/** One kind of the group, of which its CRD and its reference page are made. */
export interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: ObjectType;
  readonly status: ObjectType;
  readonly rules: readonly ValidationRule[];
  readonly columns: readonly PrinterColumn[];
  readonly scale?: ScaleSubresource;
}

/** An `apiextensions.k8s.io/v1` CustomResourceDefinition, as plain data. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly group: string;
    readonly scope: 'Namespaced';
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
      readonly shortNames: readonly string[];
      readonly categories: readonly string[];
    };
    readonly versions: readonly CustomResourceVersion[];
  };
}

export interface CustomResourceVersion {
  readonly name: string;
  readonly served: true;
  readonly storage: true;
  readonly schema: { readonly openAPIV3Schema: JsonSchema };
  readonly subresources: { readonly status: object; readonly scale?: ScaleSubresource };
  readonly additionalPrinterColumns: readonly PrinterColumn[];
}

/** What `kubectl get` lists all kinds of the group under. */
export const CATEGORY = 'spacelift';

/** The CRD of a kind, with Kubernetes' own types in full. */
export function customResourceDefinition(of: Kind): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${of.plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        kind: of.kind,
        listKind: `${of.kind}List`,
        plural: of.plural,
        singular: of.singular,
        shortNames: of.shortNames,
        categories: [CATEGORY],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: rootSchema(of) },
          subresources: { status: {}, ...(of.scale && { scale: of.scale }) },
          additionalPrinterColumns: of.columns,
        },
      ],
    },
  };
}

function rootSchema(of: Kind): JsonSchema {
  const part = (type: ObjectType): JsonSchema => ({
    description: type.description,
    ...inlineTypes(objectSchema(type), KUBERNETES_SCHEMAS),
  });
  return {
    description: of.description,
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
      spec: part(of.spec),
      status: part(of.status),
    },
    ...(of.rules.length > 0 && { 'x-kubernetes-validations': of.rules }),
  };
}
