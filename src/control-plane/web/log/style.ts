/** How a terminal would show what follows, after the sequences for colours (SGR) before it. */
export interface TextStyle {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  readonly inverse: boolean;
  /** Of the 16 colours of terminals. */
  readonly foreground: number | null;
  readonly background: number | null;
}

export const PLAIN: TextStyle = {
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
  foreground: null,
  background: null,
};

const SET: Readonly<Record<number, Partial<TextStyle>>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { foreground: null },
  49: { background: null },
};

/** The style after a sequence with these parameters, such as `1;38;5;9`. */
export function styled(before: TextStyle, parameters: string): TextStyle {
  let style = before;
  // `4:0` is no underline; colours may be separated by colons, too.
  const numbers = parameters
    .replace(/\b4:0\b/g, '24')
    .replace(/\b4:\d+/g, '4')
    .split(/[;:]/)
    .map(Number);
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at]!;
    if (number === 0) style = PLAIN;
    else if (number === 38 || number === 48) {
      const { colour, taken } = ownColour(numbers.slice(at + 1));
      if (colour !== undefined) style = { ...style, [number === 38 ? 'foreground' : 'background']: colour };
      at += taken;
    } else style = { ...style, ...SET[number], ...basicColour(number) };
  }
  return style;
}

function basicColour(number: number): Partial<TextStyle> {
  const [tens, ones] = [Math.floor(number / 10), number % 10];
  if (ones > 7) return {};
  if (tens === 3) return { foreground: ones };
  if (tens === 4) return { background: ones };
  if (tens === 9) return { foreground: ones + 8 };
  if (tens === 10) return { background: ones + 8 };
  return {};
}

/** `5;N` or `2;R;G;B`: the nearest of the 16, whose contrast is known. */
function ownColour([kind, ...rest]: readonly number[]): { readonly colour?: number; readonly taken: number } {
  if (kind === 5) {
    const [number = 0] = rest;
    return { colour: number < 16 ? number : nearest(paletteColour(number)), taken: 2 };
  }
  if (kind === 2) return { colour: nearest([rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0]), taken: 4 };
  return { taken: 1 };
}

type Rgb = readonly [red: number, green: number, blue: number];

/** Of 256 colours, above the first 16: a cube of 6 × 6 × 6, then greys. */
function paletteColour(number: number): Rgb {
  if (number >= 232) {
    const grey = 8 + (number - 232) * 10;
    return [grey, grey, grey];
  }
  const level = (step: number) => (step === 0 ? 0 : 55 + step * 40);
  const index = number - 16;
  return [level(Math.floor(index / 36)), level(Math.floor(index / 6) % 6), level(index % 6)];
}

const BASIC: readonly Rgb[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((number): Rgb => {
  if (number === 7) return [192, 192, 192];
  if (number === 8) return [128, 128, 128];
  const level = number < 8 ? 128 : 255;
  return [number & 1 ? level : 0, number & 2 ? level : 0, number & 4 ? level : 0];
});

function nearest([red, green, blue]: Rgb): number {
  const distances = BASIC.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
  return distances.indexOf(Math.min(...distances));
}

/** Names of the attributes, and of the colours: `c1` and `b1`. The text on a background has a colour of its own. */
export function classesOf({ foreground, background, ...attributes }: TextStyle): string[] {
  return [
    ...Object.entries(attributes).flatMap(([name, isSet]) => (isSet ? [name] : [])),
    ...(background !== null ? [`b${background}`] : foreground !== null ? [`c${foreground}`] : []),
  ];
}

/** A style in a URL: the parameters of one sequence that has this effect. */
export function parametersOf({ foreground, background, ...attributes }: TextStyle): string {
  const codes = { bold: 1, dim: 2, italic: 3, underline: 4, strike: 9, inverse: 7 } as const;
  const set = Object.entries(codes).flatMap(([name, code]) => (attributes[name as keyof typeof codes] ? [code] : []));
  const colour = (number: number | null, first: number, bright: number) =>
    number === null ? [] : [number < 8 ? first + number : bright + number - 8];
  return [...set, ...colour(foreground, 30, 90), ...colour(background, 40, 100)].join(';');
}
