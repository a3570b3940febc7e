import type { FieldNullability, InputFieldMap, SchemaTypes, TypeParam } from '@pothos/core';
import {
  defaultFieldResolver,
  isIntrospectionType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { requireRight, type Right } from '../identity/rights';
import { requireUser, type RequestContext } from './builder';

/** Who may use a field: those whose role has the right, or everybody. */
export type Access = Right | 'everybody';

/* eslint-disable @typescript-eslint/no-unused-vars -- an interface is added to under all of its parameters only */
declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace
  export namespace PothosSchemaTypes {
    export interface FieldOptions<
      Types extends SchemaTypes,
      ParentShape,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > {
      /** Who may use it; a field below the root that says nothing is for whoever may use the one above. */
      access?: Access;
    }
    export interface QueryFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      access: Access;
    }
    export interface MutationFieldOptions<
      Types extends SchemaTypes,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveReturnShape,
    > {
      access: Access;
    }
  }
}
/* eslint-enable @typescript-eslint/no-unused-vars */

type Field = GraphQLField<unknown, RequestContext>;

/** Undefined where a field below the root says nothing. */
function accessOf({ extensions }: Field): Access | undefined {
  return (extensions.pothosOptions as { access?: Access } | undefined)?.access;
}

/** All fields that say who may use them, such as `Query.workerPools`, by name. */
export function accessByField(schema: GraphQLSchema): [field: string, access: Access][] {
  return fieldsOf(schema)
    .flatMap(({ name, field }): [string, Access][] => {
      const access = accessOf(field);
      return access === undefined ? [] : [[name, access]];
    })
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Lets each field that says who may use it be used by nobody else. @throws Error for one at the root that says nothing */
export function guarded(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  for (const { name, field, type } of fieldsOf(schema)) {
    const access = accessOf(field);
    if (access !== undefined) guard(field, access);
    else if (roots.includes(type)) throw new Error(`field ${name} does not say who may use it`);
  }
  return schema;
}

function fieldsOf(schema: GraphQLSchema): { name: string; field: Field; type: GraphQLObjectType }[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !isIntrospectionType(type))
    .flatMap((type) => {
      const fields = Object.values((type as GraphQLObjectType).getFields()) as Field[];
      return fields.map((field) => ({ name: `${type.name}.${field.name}`, field, type: type as GraphQLObjectType }));
    });
}

function guard(field: Field, access: Access): void {
  if (access === 'everybody') return;
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (parent, args, context, info): unknown => {
    requireRight(requireUser(context), access);
    return resolve(parent, args, context, info);
  };
}
