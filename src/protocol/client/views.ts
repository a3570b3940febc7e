import type { WorkerView, WorkerViews } from '../messages';

/** Hands on views, the newest of each worker only, and keeps the cursor of the watch. */
export class ViewStream {
  private cursor = 0;
  private readonly newest = new Map<string, number>();

  constructor(private readonly onView: (view: WorkerView) => void) {}

  /** Up to which revision everything was seen. */
  get after(): number {
    return this.cursor;
  }

  /** Takes the answer of a watch, which holds every change since the cursor. */
  watched(views: WorkerViews): void {
    // The control plane went back in time (a backup was restored): nothing seen before counts any more.
    if (views.revision < this.cursor) this.newest.clear();
    this.cursor = views.revision;
    for (const view of views.workers) this.offer(view);
  }

  /** Takes a view that came by itself, or with another answer; it does not move the cursor. */
  offer(view: WorkerView): void {
    if (view.revision < (this.newest.get(view.id) ?? 0)) return;
    this.newest.set(view.id, view.revision);
    if (view.removed) this.newest.delete(view.id);
    this.onView(view);
  }
}
