/** Shows an answer in the place of this page. @param enhance adds what needs a script */
export function showAnswer(html: string, redirectedTo: string | undefined, enhance: (root: ParentNode) => void): void {
  const answer = new DOMParser().parseFromString(html, 'text/html');
  const main = document.getElementById('main')!;
  main.replaceChildren(...answer.getElementById('main')!.childNodes);
  document.title = answer.title;
  if (redirectedTo !== undefined) {
    const { pathname } = new URL(redirectedTo);
    history.pushState(null, '', redirectedTo);
    // What was shown before is not there any more.
    addEventListener('popstate', () => location.pathname !== pathname && location.reload());
  }
  enhance(main);
  scrollTo({ top: 0 });
  (main.querySelector<HTMLElement>('[aria-invalid]') ?? main).focus();
}
