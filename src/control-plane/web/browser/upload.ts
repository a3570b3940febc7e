import { showAnswer } from './answer';
import { isLoggedOut } from './connection';
import { button, element } from './elements';

/** Sends the file of a form from here, so that its progress is seen, and says before what would be refused. */
export function keepUploads(enhance: (root: ParentNode) => void): void {
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement && target.type === 'file') void checkSize(target);
  });
  addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.dataset.upload === undefined) return;
    event.preventDefault();
    if (form.dataset.sent !== undefined) return;
    form.dataset.sent = '';
    void send(form, enhance).finally(() => delete form.dataset.sent);
  });
}

function checkSize(input: HTMLInputElement): void {
  const most = Number(input.dataset.most ?? Infinity);
  const [file] = input.files ?? [];
  const isTooLarge = file !== undefined && file.size > most;
  input.setCustomValidity(
    isTooLarge ? `${file.name} is too large: it has ${file.size} bytes, at most ${most} are taken.` : '',
  );
  input.reportValidity();
}

async function send(form: HTMLFormElement, enhance: (root: ParentNode) => void): Promise<void> {
  const bar = element('progress', { max: 1, value: 0 });
  bar.setAttribute('aria-label', 'Of the upload');
  const said = element('span', { role: 'status', className: 'muted small' });
  const request = new XMLHttpRequest();
  const stop = button('Stop the upload', () => request.abort());
  const row = element('p', { className: 'actions' });
  row.append(bar, said, stop);
  form.append(row);
  const over = (sentence: string) => {
    row.replaceChildren(said);
    said.textContent = sentence;
  };
  if (await isLoggedOut()) {
    const link = element('a', {
      href: `/login?to=${encodeURIComponent(location.pathname)}`,
      textContent: 'Log in again',
    });
    row.replaceChildren('Your session has ended, so nothing was sent. ', link);
    return;
  }
  request.upload.addEventListener('progress', ({ loaded, total }) => {
    bar.value = total > 0 ? loaded / total : 0;
    // Of ten steps, so that a screen reader is not flooded.
    const tenth = Math.floor(bar.value * 10) * 10;
    said.textContent = bar.value < 1 ? `${tenth} % sent` : 'All of it is sent, and is being stored …';
  });
  await new Promise<void>((resolve) => {
    request.addEventListener('loadend', () => resolve());
    request.addEventListener('abort', () => over('The upload was stopped: nothing has changed.'));
    request.addEventListener('error', () => over('The upload broke off: try again.'));
    request.addEventListener('load', () => {
      const { responseURL, status } = request;
      if (status < 300 && responseURL !== location.href) location.assign(responseURL);
      else showAnswer(request.responseText, undefined, enhance);
    });
    request.open('POST', form.action);
    request.setRequestHeader('Accept', 'text/html');
    request.send(new FormData(form));
  });
}
