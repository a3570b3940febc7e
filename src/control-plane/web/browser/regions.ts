import { say } from './times';

interface Changed {
  readonly title: string;
  readonly regions: Readonly<Record<string, string>>;
}

/** Shows what has changed of a page; what has the focus keeps it. */
export function showChanged(data: string): void {
  const { title, regions } = JSON.parse(data) as Changed;
  document.title = `${title} · Worker pools`;
  for (const [name, html] of Object.entries(regions)) {
    const region = document.querySelector(`[data-region="${CSS.escape(name)}"]`);
    if (!region) continue;
    const focused = region.contains(document.activeElement) ? document.activeElement?.id : undefined;
    const opened = [...region.querySelectorAll('details[id][open]')].map(({ id }) => id);
    region.innerHTML = html;
    for (const id of opened) document.getElementById(id)?.setAttribute('open', '');
    say(region);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
}
