/** What a control plane says of itself at `/metrics`. */
export class Scraped {
  private constructor(private readonly text: string) {}

  static async from(url: string): Promise<Scraped> {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
    return new Scraped(await response.text());
  }

  static of(text: string): Scraped {
    return new Scraped(text);
  }

  /** The sum of all series of a metric; 0 of none. */
  sum(metric: string): number {
    const lines = this.text
      .split('\n')
      .filter((line) => line.startsWith(`${metric} `) || line.startsWith(`${metric}{`));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** For how long the event loop was held at most since it was scraped before, in milliseconds. */
  get loopHeldMs(): number {
    return heldMs(this.sum('nodejs_eventloop_lag_max_seconds'));
  }

  /** What 99 of 100 of its turns stayed below since then, in milliseconds. */
  get loopP99Ms(): number {
    return heldMs(this.sum('nodejs_eventloop_lag_p99_seconds'));
  }

  get transactions(): number {
    return this.sum('worker_pools_control_plane_database_transactions_total');
  }
}

/** Node measures how late a timer of that many milliseconds comes, counted from when it was set. */
const RESOLUTION_MS = 10;

const heldMs = (seconds: number): number =>
  Number.isFinite(seconds) ? Math.max(0, seconds * 1000 - RESOLUTION_MS) : 0;
