import type { FieldNullability, InputFieldMap, SchemaTypes, TypeParam } from '@pothos/core';
import {
  defaultFieldResolver,
  isIntrospectionType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { ACTIONS, type Action, type ObjectKind } from '../audit/actions';
import type { Attempt } from '../audit/refusals';
import { mayUse, type Right } from '../identity/rights';
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
      /** What the audit trail calls it. */
      action: Action;
    }
  }
}
/* eslint-enable @typescript-eslint/no-unused-vars */

type Field = GraphQLField<unknown, RequestContext>;

interface Said {
  readonly access?: Access;
  readonly action?: Action;
}

const saidOf = ({ extensions }: Field): Said => (extensions.pothosOptions as Said | undefined) ?? {};

/** The action of each mutation, by the name of its field. */
export function actionByMutation(schema: GraphQLSchema): [field: string, action: Action][] {
  return fieldsOf(schema).flatMap(({ name, field }): [string, Action][] => {
    const { action } = saidOf(field);
    return action === undefined ? [] : [[name, action]];
  });
}

/** All fields that say who may use them, such as `Query.workerPools`, by name. */
export function accessByField(schema: GraphQLSchema): [field: string, access: Access][] {
  return fieldsOf(schema)
    .flatMap(({ name, field }): [string, Access][] => {
      const { access } = saidOf(field);
      return access === undefined ? [] : [[name, access]];
    })
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Lets each field that says who may use it be used by nobody else. @throws Error for one at the root that says nothing */
export function guarded(schema: GraphQLSchema): GraphQLSchema {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  for (const { name, field, type } of fieldsOf(schema)) {
    const { access, action } = saidOf(field);
    if (access !== undefined) guard(field, access, action);
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

function guard(field: Field, access: Access, action: Action | undefined): void {
  if (access === 'everybody') return;
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (parent, args: Arguments, context, info): unknown => {
    const user = requireUser(context);
    if (mayUse(user, access)) return resolve(parent, args, context, info);
    const attempt = action
      ? attemptOf(action, args)
      : { action: 'api.read' as const, objectId: `${info.parentType.name}.${info.fieldName}` };
    return context.refusals.admit(user, context.origin, access, attempt);
  };
}

type Arguments = Readonly<Record<string, unknown>>;

/** Where the arguments of mutations name what they are about. */
const NAMED_BY: Partial<Record<ObjectKind, readonly string[]>> = {
  run: ['run'],
  stack: ['stack', 'name'],
  'worker-pool': ['workerPool', 'id', 'name'],
};

/** Where they name what else it concerns. */
const RELATED_BY = [
  { kind: 'stack', name: 'stack' },
  { kind: 'worker-pool', name: 'workerPool' },
] as const;

/** What somebody wants to do, as the arguments have it. */
function attemptOf(action: Action, args: Arguments): Attempt {
  const { object } = ACTIONS[action];
  const idOf = (names: readonly string[]) => names.map((name) => args[name]).find((value) => typeof value === 'string');
  const related = RELATED_BY.find(({ kind, name }) => kind !== object && typeof args[name] === 'string');
  return {
    action,
    objectId: idOf(NAMED_BY[object] ?? ['id']),
    related: related && { kind: related.kind, id: args[related.name] as string },
  };
}
