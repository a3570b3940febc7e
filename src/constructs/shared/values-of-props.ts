import type { Construct } from 'constructs';
import type { ReleaseContext } from '../../charting/chart';
import { overlay } from '../../charting/overlay';
import { violationOf } from '../../charting/rule';
import { memberAt, valuesWith, type ValueAt, type ValuePath } from '../../charting/value-path';
import { defaultValues, withObjects, type ValueGroup, type ValueMembers, type ValuesOf } from '../../charting/values';
import { invalidProp } from './checks';

type Json = Readonly<Record<string, unknown>>;

/** What a conversion may need beside the prop. */
export interface Conversion {
  readonly construct: Construct;
  readonly context: ReleaseContext;
}

/** A value that takes the prop as it is. */
type Direct<V, M> = { [Path in ValuePath<M>]: [V] extends [ValueAt<M, Path>] ? Path : never }[ValuePath<M>];

/** A value or group that is written otherwise than the prop; laid over the default unless `instead` of it. */
type Converted<V, M> = {
  [Path in ValuePath<M>]: {
    readonly to: Path;
    readonly as: (given: V, conversion: Conversion) => ValueAt<M, Path>;
    readonly instead?: boolean;
  };
}[ValuePath<M>];

type Target<V, M> = Direct<V, M> | Converted<V, M>;

/** A prop with props of its own; it may switch a value on where it is set. */
interface Nested<V, M> {
  readonly enables?: Direct<boolean, M>;
  readonly props: PropMapping<V, M>;
}

/** Where each prop of a construct goes among the values of the chart; null for one that is no value there. */
export type PropMapping<Props, M> = {
  readonly [Prop in keyof Props]-?:
    | Target<NonNullable<Props[Prop]>, M>
    | readonly Target<NonNullable<Props[Prop]>, M>[]
    | Nested<NonNullable<Props[Prop]>, M>
    | null;
};

interface AnyConverted {
  readonly to: string;
  readonly as: (given: unknown, conversion: Conversion) => unknown;
  readonly instead?: boolean;
}
export type AnyTarget = string | AnyConverted;
interface AnyNested {
  readonly enables?: string;
  readonly props: AnyMapping;
}
export type AnyMapping = Readonly<Record<string, AnyTarget | readonly AnyTarget[] | AnyNested | null>>;

/**
 * The values of the chart that say what the props say: those that are set, laid over the defaults.
 *
 * @throws where a value's own rules forbid what a prop sets
 */
export function valuesOfProps<Props, M extends ValueMembers>(
  { members }: ValueGroup<M>,
  mapping: PropMapping<Props, M>,
  props: Props,
  conversion: Conversion,
): ValuesOf<M> {
  let values: Json = defaultValues(members);
  for (const { prop, target, given } of setProps(mapping as AnyMapping, props as Json)) {
    const { to, as, instead } = converted(target);
    const value = as(given, conversion);
    const violation = violationOf(memberAt(members, to), value);
    if (violation !== undefined) throw invalidProp(conversion.construct, '', prop, violation.value, violation.allowed);
    if (instead === true) values = overlay(values, valuesWith(to, null));
    values = overlay(values, valuesWith(to, value));
  }
  return withObjects(members, values) as ValuesOf<M>;
}

interface SetProp {
  readonly prop: string;
  readonly target: AnyTarget;
  readonly given: unknown;
}

function setProps(mapping: AnyMapping, props: Json, path = ''): SetProp[] {
  return Object.entries(mapping).flatMap(([name, target]): SetProp[] => {
    const [prop, given] = [path + name, props[name]];
    if (target === null || given === undefined) return [];
    if (isNested(target)) {
      const switched = target.enables === undefined ? [] : [{ prop, target: target.enables, given: true }];
      return [...switched, ...setProps(target.props, given as Json, `${prop}.`)];
    }
    return [target].flat().map((each) => ({ prop, target: each, given }));
  });
}

export function isNested(target: AnyMapping[string]): target is AnyNested {
  return typeof target === 'object' && target !== null && 'props' in target;
}

export function converted(target: AnyTarget): AnyConverted {
  return typeof target === 'string' ? { to: target, as: (given) => given } : target;
}
