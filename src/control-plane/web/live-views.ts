import type { Logger } from 'pino';
import type { AdminService } from '../admin/admin-service';
import { rendered, type Rendered, type View } from './view';

/** How long after a change a view is made anew, so that what follows it at once is in it. */
const AFTER_MS = 150;
/** How often at most. */
const LEAST_MS = 1_000;
/** How often without any change: what depends on the time, and what nobody told. */
const AGAIN_MS = 30_000;
/** Runs whose last change is remembered. */
const KNOWN_RUNS = 2_000;

/** A view as somebody sees it who looks at it now. */
export interface Watched {
  /** Undefined before it is made first; null: what it showed is there no more. */
  readonly now: Rendered | null | undefined;
  leave(): void;
}

/** The views that somebody looks at: each is made once for all of them, when what it shows changes, and one at a time. */
export class LiveViews {
  private readonly views = new Map<string, SharedView>();
  private readonly changedRuns = new Set<string>();
  private readonly knownRuns = new Map<string, string>();
  private readonly due = new Set<SharedView>();
  private isMaking = false;

  constructor(
    private readonly admin: AdminService,
    private readonly logger: Logger,
  ) {
    admin.onChange((topic) => this.heard(topic));
  }

  /** @param key the same for the same view; @param changed called when it is another one */
  watch(key: string, make: () => Promise<View | null>, changed: () => void): Watched {
    const view = this.views.get(key) ?? new SharedView(make, (due) => this.make(due));
    this.views.set(key, view);
    view.listeners.add(changed);
    if (view.now === undefined) this.make(view);
    return {
      get now() {
        return view.now;
      },
      leave: () => {
        view.listeners.delete(changed);
        if (view.listeners.size > 0 || this.views.get(key) !== view) return;
        view.close();
        this.views.delete(key);
      },
    };
  }

  private heard(topic: string): void {
    if (this.views.size === 0) return;
    const [kind, id = ''] = topic.split('/', 2);
    if (kind === 'pool' || kind === 'credentials') this.mark([`pool/${id}`]);
    if (kind === 'stack') this.mark([`stack/${id}`]);
    if (kind !== 'run') return;
    if (this.changedRuns.size === 0) setTimeout(() => void this.lookAtRuns(), AFTER_MS).unref();
    this.changedRuns.add(id);
  }

  /** A run tells when its log grows, too, which no view has. */
  private async lookAtRuns(): Promise<void> {
    const ids = [...this.changedRuns];
    this.changedRuns.clear();
    for (const id of ids) {
      try {
        const run = await this.admin.run(id);
        if (!run) continue;
        const state = [run.state, run.ready, run.updatedAt, run.attempt, run.stopReason].join();
        if (this.knownRuns.get(id) === state) continue;
        if (this.knownRuns.size >= KNOWN_RUNS) this.knownRuns.clear();
        this.knownRuns.set(id, state);
        this.mark([`run/${id}`, `stack/${run.stackId}`, `pool/${run.poolId}`]);
      } catch (error) {
        this.logger.error({ err: error, run: id }, 'a run could not be read for the pages that show it');
      }
    }
  }

  private mark(changed: readonly string[]): void {
    for (const view of this.views.values()) {
      // Of one that is being made for the first time it is not known yet what it shows.
      const mayShow = view.now === undefined || view.shows.includes('*');
      if (mayShow || changed.some((one) => view.shows.includes(one))) view.outdate();
    }
  }

  private make(view: SharedView): void {
    this.due.add(view);
    if (!this.isMaking) void this.makeDue();
  }

  private async makeDue(): Promise<void> {
    this.isMaking = true;
    for (const view of this.due) {
      this.due.delete(view);
      try {
        await view.make();
      } catch (error) {
        this.logger.error({ err: error }, 'a page could not be made anew; it is tried again');
      }
    }
    this.isMaking = false;
  }
}

class SharedView {
  readonly listeners = new Set<() => void>();
  now: Rendered | null | undefined;
  shows: readonly string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private madeAt = -Infinity;
  private dueAt = Infinity;
  private isClosed = false;

  constructor(
    private readonly view: () => Promise<View | null>,
    private readonly isDue: (view: SharedView) => void,
  ) {}

  /** It is made anew soon. */
  outdate(): void {
    this.schedule(Math.max(performance.now() + AFTER_MS, this.madeAt + LEAST_MS));
  }

  async make(): Promise<void> {
    if (this.isClosed) return;
    this.madeAt = performance.now();
    this.dueAt = Infinity;
    this.schedule(this.madeAt + AGAIN_MS);
    const view = await this.view();
    const now = view && (await rendered(view));
    this.shows = view?.shows ?? this.shows;
    const isNews = this.now === undefined || now?.version !== this.now?.version;
    this.now = now;
    if (isNews) for (const listener of [...this.listeners]) listener();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private schedule(at: number): void {
    if (at >= this.dueAt || this.isClosed) return;
    clearTimeout(this.timer);
    this.dueAt = at;
    this.timer = setTimeout(() => this.isDue(this), at - performance.now()).unref();
  }
}
