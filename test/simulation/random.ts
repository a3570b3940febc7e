/** Numbers that follow from a seed: the same seed gives the same numbers on every machine. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d = 1;

  constructor(private readonly seed: string) {
    // FNV-1a with three bases, so that seeds which differ in one character have nothing in common.
    const [a, b, c] = [0x811c9dc5, 0x01000193, 0x9e3779b9].map((basis) => hash(seed, basis));
    [this.a, this.b, this.c] = [a!, b!, c!];
    for (let round = 0; round < 12; round++) this.next();
  }

  /** From 0 up to but without 1 (sfc32). */
  readonly next = (): number => {
    const sum = (this.a + this.b + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };

  /** Others of their own, whatever is taken from here: so that a step that is left out changes little of what follows. */
  fork(name: string): Random {
    return new Random(`${this.seed}/${name}`);
  }

  /** A whole number of milliseconds, say: both ends are possible. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new Error('there is nothing to pick from');
    return choices[Math.floor(this.next() * choices.length)]!;
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries<number>(weights);
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name as Name;
    }
    return entries.at(-1)![0] as Name;
  }

  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at++) bytes[at] = Math.floor(this.next() * 256);
  }
}

function hash(text: string, basis: number): number {
  let value = basis | 0;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return value;
}
