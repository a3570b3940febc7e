export function button(text: string, pressed: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', className: 'button', textContent: text });
  made.addEventListener('click', pressed);
  return made;
}

export function element<K extends keyof HTMLElementTagNameMap>(name: K, properties: object): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), properties);
}

/** A link by which a text becomes a file. */
export function saveButton(words: string, file: string, text: () => string): HTMLElement {
  return button(words, () => {
    const link = element('a', { download: file, href: URL.createObjectURL(new Blob([text()])) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}

/** Copies a text; where a browser does not let that be done, it says so. */
export function copyButton(words: string, text: () => string): HTMLElement {
  const made = button(words, () => {
    const said = (sentence: string) => {
      made.textContent = sentence;
      setTimeout(() => (made.textContent = words), 2_000);
    };
    navigator.clipboard.writeText(text()).then(
      () => said('Copied'),
      () => said('Copying is not allowed here'),
    );
  });
  return made;
}
