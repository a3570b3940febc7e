/** How long a page waits before it asks again, growing, where the browser does not do so by itself. */
const RETRY_MS = { first: 1_000, most: 30_000 };

const ENDED = 'Your session has ended, so this page is not kept up to date.';

const LOST =
  'The control plane is not reached, so this page is not up to date. It is tried again; reload the page if that lasts.';

type Messages = Readonly<Record<string, (data: string) => void>>;

/**
 * Follows the stream of a page while somebody sees it: hidden tabs hold no connection, of which a browser has six.
 * @param said called with the data of each message, by its event
 */
export function follow(stream: string, firstId: string, said: Messages): void {
  let last = firstId;
  let source: EventSource | undefined;
  let retryMs = RETRY_MS.first;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;

  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const open = () => {
    close();
    if (isOver || document.hidden) return;
    source = new EventSource(`${stream}${stream.includes('?') ? '&' : '?'}last=${encodeURIComponent(last)}`);
    source.onopen = () => {
      retryMs = RETRY_MS.first;
      tell('');
    };
    source.onerror = () => {
      tell(LOST);
      // What is refused is not asked for again by the browser.
      if (source?.readyState !== EventSource.CLOSED) return;
      clearTimeout(timer);
      timer = setTimeout(open, retryMs * (0.5 + Math.random() / 2));
      retryMs = Math.min(retryMs * 2, RETRY_MS.most);
      void isLoggedOut().then((isSo) => {
        if (!isSo) return;
        isOver = true;
        close();
        tell(ENDED, `/login?to=${encodeURIComponent(location.pathname + location.search)}`);
      });
    };
    for (const [event, take] of Object.entries(said)) {
      source.addEventListener(event, (message: MessageEvent<string>) => {
        last = message.lastEventId || last;
        take(message.data);
      });
    }
    source.addEventListener('beat', (message) => (last = message.lastEventId || last));
    source.addEventListener('gone', () => {
      isOver = true;
      close();
      tell('What this page showed is there no more.');
    });
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  // A page that comes back from the browser's memory has no connection any more.
  addEventListener('pageshow', ({ persisted }) => persisted && open());
  addEventListener('pagehide', close);
  open();
}

/** Whether the page would be that of the log-in. */
export async function isLoggedOut(): Promise<boolean> {
  const asked = { method: 'HEAD', redirect: 'manual', headers: { Accept: 'text/html' } } as const;
  const answer = await fetch(location.href, asked).catch(() => undefined);
  return answer?.type === 'opaqueredirect';
}

/** Says something about the connection, or nothing any more. */
function tell(sentence: string, logIn?: string): void {
  const place = document.getElementById('connection');
  if (!place || place.textContent === sentence) return;
  place.textContent = sentence;
  place.hidden = sentence === '';
  if (logIn === undefined) return;
  const link = document.createElement('a');
  link.href = logIn;
  link.textContent = 'Log in again';
  place.append(' ', link);
}
