import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fromPackage } from '../../support/debian-package';
import { chromium, type Browser } from 'playwright-core';

/** As Debian and as Google call it. */
const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function find(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

/** A browser without a screen; it ends with `close`. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = await fromPackage('chromium', 'Chromium, in which the pages are tested', find);
  // Chromium does not shut itself in where it runs as root; what it is shown here is our own.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args: ['--disable-dev-shm-usage', ...asRoot] });
}
