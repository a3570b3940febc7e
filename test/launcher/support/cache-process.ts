import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { releaseOf } from '../../../src/launcher/init/tools/release';
import { ToolCache } from '../../../src/launcher/init/tools/tool-cache';

/**
 * One of many Pods on a binaries cache: puts an archive there, takes it out, and prunes it, again and again. Prints what it says, and
 * ends with 1 when what it took is not what was asked for.
 */
const [folder = '', archive = '', own = '', rounds = '0'] = process.argv.slice(2);
const sha256 = createHash('sha256')
  .update(await readFile(archive))
  .digest('hex');
const release = releaseOf({ name: 'OPENTOFU', version: '1.10.6' });
const signed = { sums: Buffer.from(`${sha256}  ${release.archive}\n`), signature: Buffer.from('signature') };
const cache = new ToolCache(folder, (line) => console.log(line));
console.log('begun');
for (let round = 0; round < Number(rounds); round++) {
  await cache.keep(release, signed, sha256, archive);
  if (await cache.take(sha256, own)) {
    const taken = createHash('sha256')
      .update(await readFile(own))
      .digest('hex');
    if (taken !== sha256) process.exit(1);
  }
  if (round % 3 === 2) await rm(join(folder, 'tools', 'archives', `${sha256}.zip`), { force: true });
}
await cache.keep(release, signed, sha256, archive);
