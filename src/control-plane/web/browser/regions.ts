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
    region.innerHTML = html;
    say(region);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }
}
