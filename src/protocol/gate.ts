/** Lets so many in at the same time; the others wait in the order in which they came. */
export class Gate {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly places: number) {}

  get isEmpty(): boolean {
    return this.inside === 0 && this.waiting.length === 0;
  }

  /** @returns what gives the place back, to be called once */
  async enter(): Promise<() => void> {
    if (this.inside >= this.places) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.inside += 1;
    return () => {
      const next = this.waiting.shift();
      // The place goes from hand to hand.
      if (next) next();
      else this.inside -= 1;
    };
  }
}
