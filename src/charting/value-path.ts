import type { ValueDeclaration, ValueGroup, ValueList, ValueMember, ValueMembers } from './values';

/** Dotted paths of all values and groups below some members. */
export type ValuePath<Members> = {
  [Key in keyof Members & string]: Members[Key] extends ValueGroup<infer Inner>
    ? Key | `${Key}.${ValuePath<Inner>}`
    : Key;
}[keyof Members & string];

/** What somebody may give for a member: a value whole, a group in part. */
type Given<Member> =
  Member extends ValueGroup<infer Inner>
    ? { readonly [Key in keyof Inner]?: Given<Inner[Key]> }
    : Member extends ValueList<infer Inner>
      ? readonly { readonly [Key in keyof Inner]?: Given<Inner[Key]> }[]
      : Member extends ValueDeclaration<infer T>
        ? T
        : never;

/** What may be given at a path. */
export type ValueAt<Members, Path> = Path extends `${infer Key}.${infer Rest}`
  ? Key extends keyof Members
    ? Members[Key] extends ValueGroup<infer Inner>
      ? ValueAt<Inner, Rest>
      : never
    : never
  : Path extends keyof Members
    ? Given<Members[Path]>
    : never;

/** The value or group at a path. */
export function memberAt(members: ValueMembers, path: string): ValueMember {
  const [key = '', ...rest] = path.split('.');
  const member = members[key];
  if (rest.length === 0 && member !== undefined) return member;
  if (member?.kind !== 'group') throw new Error(`there is no value ${path}`);
  return memberAt(member.members, rest.join('.'));
}

/** Values in which nothing but the one at the path is given. */
export function valuesWith(path: string, value: unknown): Readonly<Record<string, unknown>> {
  const given = path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return given as Readonly<Record<string, unknown>>;
}
