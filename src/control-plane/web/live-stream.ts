import type { AdminService } from '../admin/admin-service';
import { StreamRights } from '../identity/stream-rights';
import { LIMIT } from '../limits';
import { visibleLines } from '../../text/visible';
import { formatPlace, LogPainter, parsePlace, type LogPlace } from './log/painter';
import { PLAIN } from './log/style';
import type { LiveViews } from './live-views';
import { changedRegions, type Rendered, type View } from './view';
import type { Viewer } from './viewer';

/** How often a silent stream says that it lives, and asks whether its reader may still look. */
export const BEAT_MS = 10_000;

/** A message of a stream of server-sent events. */
export interface LiveMessage {
  readonly event: 'view' | 'log' | 'gone' | 'beat';
  readonly id: string;
  readonly data: string;
}

export interface LivePage {
  /** The same for pages that are alike. */
  readonly key: string;
  readonly make: () => Promise<View | null>;
  /** The run whose log it follows. @default - none */
  readonly runId?: string;
}

interface Reader {
  readonly viewer: Viewer;
  /** `Last-Event-ID`: version of the view, and place in the log. */
  readonly last: string;
  readonly signal: AbortSignal;
}

export const liveId = (version: string, log?: LogPlace): string =>
  [version, ...(log ? [formatPlace(log)] : [])].join('/');

/** What changes on a page from the last message on that its reader has. Ends with the reader's rights and the server. */
export async function* liveMessages(
  admin: AdminService,
  views: LiveViews,
  { key, make, runId }: LivePage,
  { viewer, last, signal }: Reader,
): AsyncGenerator<LiveMessage> {
  const news = new News(admin, last, runId);
  let wake = (): void => undefined;
  const view = views.watch(key, make, () => wake());
  const rights = new StreamRights(viewer);
  try {
    while (!signal.aborted) {
      // Begun before the look, so that what happens after it is not missed.
      const changed = new Promise<'changed'>((resolve) => (wake = () => resolve('changed')));
      const sleep = admin.sleepUntilRunChanges(runId ?? '', BEAT_MS, signal);
      const rightsChange = admin.sleepUntil(viewer.topic ?? '', BEAT_MS, signal);
      try {
        if (!(await rights.holdForNow())) return;
        if (view.now === null) {
          yield news.message('gone', '');
          return;
        }
        const message = news.ofView(view.now) ?? (await news.ofLog());
        if (message) {
          yield message;
          continue;
        }
        if (admin.isClosed || !(await rights.hold())) return;
        const before = performance.now();
        const woken = await Promise.race([changed, sleep.over, rightsChange.over]);
        if (woken !== 'changed' && performance.now() - before >= BEAT_MS) yield news.message('beat', '');
      } finally {
        sleep.wake();
        rightsChange.wake();
      }
    }
  } finally {
    view.leave();
  }
}

/** What a reader has not been told. */
class News {
  private version: string;
  private shown: Rendered | undefined;
  private readonly painter: LogPainter;

  constructor(
    private readonly admin: AdminService,
    last: string,
    private readonly runId: string | undefined,
  ) {
    const [version = '', place = ''] = last.split('/');
    this.version = version;
    this.painter = new LogPainter(parsePlace(place) ?? { after: 0, style: PLAIN });
  }

  message(event: LiveMessage['event'], data: string): LiveMessage {
    return { event, id: liveId(this.version, this.runId === undefined ? undefined : this.painter.place), data };
  }

  ofView(now: Rendered | undefined): LiveMessage | undefined {
    if (!now) return undefined;
    const before = this.shown;
    this.shown = now;
    if (now.version === this.version) return undefined;
    this.version = now.version;
    return this.message('view', JSON.stringify({ title: now.title, regions: changedRegions(before, now) }));
  }

  async ofLog(): Promise<LiveMessage | undefined> {
    if (this.runId === undefined) return undefined;
    const { after } = this.painter.place;
    const records = await this.admin.readLog(this.runId, after, LIMIT.logPageRecords, LIMIT.logPageCharacters);
    if (records.length === 0) return undefined;
    const html = visibleLines(String(await this.painter.paint(records, false)));
    return this.message('log', JSON.stringify({ html }));
  }
}
