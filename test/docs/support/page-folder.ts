import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Fence } from './fences';

/** What `npm run images` prints, under the name that the pages give it. */
const IMAGES = `controllerManager:
  manager:
    image:
      repository: registry.example.com/worker-pools/controller
`;

/** What a reader of a page has before them: a checkout, and the files that the page tells to write. */
export class PageFolder {
  public readonly path = mkdtempSync(join(tmpdir(), 'worker-pools-page-'));

  constructor(fences: readonly Fence[]) {
    // Who reads a chart's own page has the chart before them; everybody else the checkout.
    const [, chart] = /^(charts\/[^/]+)\/README\.md$/.exec(fences[0]?.file ?? '') ?? [];
    if (chart === undefined) {
      for (const folder of ['charts', 'docs']) symlinkSync(resolve(folder), join(this.path, folder));
      cpSync('examples', join(this.path, 'examples'), { recursive: true });
    } else {
      cpSync(chart, this.path, { recursive: true });
    }
    writeFileSync(join(this.path, 'images.yaml'), IMAGES);
    for (const { options, code } of fences) {
      if (options.file === undefined) continue;
      const path = join(this.path, options.file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, code);
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
