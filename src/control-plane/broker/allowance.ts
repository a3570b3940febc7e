/** Counts what is taken up to a limit, its own and that of a whole which it is part of. */
export class Allowance {
  private taken = 0;

  constructor(
    private readonly limit: number,
    private readonly whole?: Allowance,
  ) {}

  get used(): number {
    return this.taken;
  }

  /** False when there is not as much left; nothing is taken then. */
  take(amount: number): boolean {
    if (this.taken + amount > this.limit || this.whole?.take(amount) === false) return false;
    this.taken += amount;
    return true;
  }

  giveBack(amount: number): void {
    this.taken -= amount;
    this.whole?.giveBack(amount);
  }
}
