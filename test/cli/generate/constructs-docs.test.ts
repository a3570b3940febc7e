import { describe, expect, it, jest } from '@jest/globals';
import { sourceToAssemblyHelper as compile } from 'jsii';
import { Assembly, TypeSystem, type Docs, type Type } from 'jsii-reflect';
import { constructsAssembly } from '../../../src/cli/generate/constructs-docs';
import { section } from '../../../src/cli/generate/constructs-docs/section';

// The constructs are compiled, which is slow where several suites share few processors.
jest.setTimeout(120_000);

const SOURCE = `
/** Options of a \`Lamp\`. */
export interface LampProps {
  /**
   * How bright it is, in lumens.
   *
   * @default 800
   */
  readonly brightness?: number;
  /** Where it hangs. */
  readonly place: Place;
  /** @internal */
  readonly _wiring?: string;
}

/** Where a lamp may hang: {@link Lamp.hanging}. */
export enum Place {
  /** Under the <ceiling>. */
  CEILING = 'ceiling',
}

/**
 * A lamp | light.
 *
 * It stays on.
 *
 * @throws where it is too bright
 */
export class Lamp {
  /** A lamp that hangs. */
  static hanging(where: Place, props?: LampProps): Lamp { return new Lamp(props ?? { place: where }); }
  private readonly bulb = 1;
  constructor(props: LampProps) { void props; void this.bulb; }
  /**
   * Dims it.
   *
   * @returns whether it was on
   */
  dim(): boolean { return true; }
  /** Several lamps. The first is the brightest. */
  join(lamps: Lamp[], names: { [name: string]: string | number }): void { void lamps; void names; }
}
`;

describe('the reference of the constructs', () => {
  const types = compiled(SOURCE);
  const text = types.map((type) => section(type, (name) => (name === 'Lamp' ? '#lamp' : undefined))).join('\n\n');

  it.each([
    ['the summary, as it is', 'A lamp | light.'],
    ['further paragraphs', 'It stays on.'],
    ['how it is made', '`new Lamp(props)`'],
    ['what it throws', 'Throws where it is too bright.'],
    ['a default', '| `brightness` | `number` | How bright it is, in lumens. | `800` |'],
    ['what has no default', '| `place` | `Place` | Where it hangs. | **must be set** |'],
    ['a factory with its parameters', '- `Lamp.hanging(where, props?)`: A lamp that hangs.\n  - `where`: `Place`'],
    ['what a method returns', '- `dim()`: Dims it. Returns whether it was on.'],
    ['several sentences', '`join(lamps, names)`: Several lamps. The first is the brightest.'],
    ['a link to a type of ours', '- `lamps`: [`Lamp`](#lamp)`[]`'],
    ['a map', '- `names`: `Record<string, string | number>`'],
    ['angle brackets as text', 'Under the \\<ceiling>.'],
    ['a link in words', 'Where a lamp may hang: `Lamp.hanging`.'],
  ])('says %s', (_, expected) => expect(text).toContain(expected));

  it('puts what must be set first', () =>
    expect(text.indexOf('`place` |')).toBeLessThan(text.indexOf('`brightness` |')));

  it.each(['_wiring', 'bulb'])('is silent about %s', (hidden) => expect(text).not.toContain(hidden));
});

describe('every public construct', () => {
  it('says in a sentence what it and each of its members is, and what happens without an optional one', async () => {
    const { allTypes } = await constructsAssembly();
    expect(allTypes.map(({ name }) => name)).toContain('WorkerPool');
    expect(allTypes.flatMap(undocumented)).toEqual([]);
  });

  it('is told when it does not', () => {
    const types = compiled(`
      export interface LampProps {
        readonly brightness?: number;
        /** Where it hangs. */
        readonly place?: string;
      }
      /** A lamp. */ export class Lamp { constructor() {} dim(): void {} }
      /** A place. */ export enum Place { CEILING = 'ceiling' }
      /** A bulb; it glows. */ export class Bulb { constructor() {} }`);
    expect(types.flatMap(undocumented)).toEqual([
      'Bulb',
      'Lamp.dim',
      'LampProps',
      'LampProps.brightness',
      'LampProps.brightness: @default',
      'LampProps.place: @default',
      'Place.CEILING',
    ]);
  });
});

function undocumented(type: Type): string[] {
  // jsii takes what stands before a semicolon for the whole summary.
  const isMissing = ({ docs }: { docs: Docs }): boolean => docs.summary === '' || docs.summary.endsWith(';');
  const [own, properties, methods] = type.isEnumType()
    ? [type.members, [], []]
    : type.isClassType() || type.isInterfaceType()
      ? [[], type.ownProperties, type.ownMethods]
      : [[], [], []];
  return [
    ...(isMissing(type) ? [type.name] : []),
    ...[...own, ...properties, ...methods].filter(isMissing).map(({ name }) => `${type.name}.${name}`),
    ...properties
      .filter(({ optional, docs }) => type.isDataType() && optional && docs.default === '')
      .map(({ name }) => `${type.name}.${name}: @default`),
  ];
}

function compiled(source: string): readonly Type[] {
  const system = new TypeSystem();
  return system.addAssembly(new Assembly(system, compile(source, { packageJson: { name: 'cdk8s-worker-pools' } })), {
    isRoot: true,
  }).allTypes;
}
