const FIELD = 'changes-filter';

/** Lets the field above a plan's changes show those alone whose line has its words. The list may be another one meanwhile. */
export function filterChanges(): void {
  document.documentElement.classList.add('script');
  document.addEventListener('input', ({ target }) => {
    if (target instanceof HTMLInputElement && target.id === FIELD) filter(target.value.trim().toLowerCase());
  });
}

function filter(wanted: string): void {
  let found = 0;
  for (const group of document.querySelectorAll<HTMLDetailsElement>('#changes-list details')) {
    let ofGroup = 0;
    for (const line of group.querySelectorAll('li')) {
      line.hidden = !line.textContent.toLowerCase().includes(wanted);
      if (!line.hidden) ofGroup += 1;
    }
    group.hidden = ofGroup === 0;
    if (wanted !== '' && ofGroup > 0) group.open = true;
    found += ofGroup;
  }
  const said = document.getElementById('changes-found');
  if (said) said.textContent = wanted === '' ? '' : `${found} found`;
}
