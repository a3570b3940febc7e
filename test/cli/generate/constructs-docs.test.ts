import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Declaration, Documented } from '../../../src/cli/generate/constructs-docs/model';
import { sections } from '../../../src/cli/generate/constructs-docs/page';
import { readDeclarations } from '../../../src/cli/generate/constructs-docs/read';

const folder = mkdtempSync(join(tmpdir(), 'worker-pools-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
  static hanging(place: Place, props?: LampProps): Lamp { return new Lamp(props ?? { place }); }
  private readonly bulb = 1;
  constructor(props: LampProps) { void props; void this.bulb; }
  /**
   * Dims it.
   *
   * @returns whether it was on
   */
  dim(): boolean { return true; }
}
`;

describe('the reference of the constructs', () => {
  const declarations = read(SOURCE);
  const text = sections(declarations, (name) => (name === 'Lamp' ? '#lamp' : undefined));

  it.each([
    ['the summary, as it is', 'A lamp | light.'],
    ['further paragraphs', 'It stays on.'],
    ['how it is made', '`new Lamp(props)`'],
    ['what it throws', 'Throws where it is too bright.'],
    ['a default', '| `brightness` | `number` | How bright it is, in lumens. | `800` |'],
    ['what has no default', '| `place` | `Place` | Where it hangs. | **must be set** |'],
    ['a factory with its parameters', '- `Lamp.hanging(place, props?)`: A lamp that hangs.\n  - `place`: `Place`'],
    ['what a method returns', '- `dim()`: Dims it. Returns whether it was on.'],
    ['angle brackets as text', 'Under the \\<ceiling>.'],
    ['a link in words', 'Where a lamp may hang: `Lamp.hanging`.'],
  ])('says %s', (_, expected) => expect(text).toContain(expected));

  it('puts what must be set first', () =>
    expect(text.indexOf('`place` |')).toBeLessThan(text.indexOf('`brightness` |')));

  it.each(['_wiring', 'bulb'])('is silent about %s', (hidden) => expect(text).not.toContain(hidden));
});

describe('every public construct', () => {
  const declarations = readDeclarations('src/index.ts');
  const undocumented = declarations.flatMap((declaration) => [
    ...without(({ summary }) => summary === '', declaration),
    ...declaration.properties
      .filter(({ optional, whenUnset }) => declaration.kind === 'properties' && optional && !whenUnset)
      .map(({ name }) => `${declaration.name}.${name}: @default`),
  ]);

  it('is found', () => expect(declarations.map(({ name }) => name)).toContain('WorkerPool'));

  it('says what it and each of its members is, and what happens without an optional one', () => {
    expect(undocumented).toEqual([]);
  });
});

function without(isMissing: (each: Documented) => boolean, declaration: Declaration): string[] {
  const { name, factories, constants, properties, methods } = declaration;
  const members = [...factories, ...constants, ...properties, ...methods].filter(isMissing);
  return [...(isMissing(declaration) ? [name] : []), ...members.map((member) => `${name}.${member.name}`)];
}

function read(source: string): Declaration[] {
  const file = join(folder, 'lamp.ts');
  writeFileSync(file, source);
  return readDeclarations(file);
}
