interface Closable {
  close(): unknown;
}

/** What was opened one after another: it is closed the other way round, also when the next cannot be opened. */
export class Opened {
  private readonly parts: Closable[] = [];

  add<T extends Closable>(part: T): T {
    this.parts.push(part);
    return part;
  }

  async close(): Promise<void> {
    for (let part = this.parts.pop(); part !== undefined; part = this.parts.pop()) await part.close();
  }
}
