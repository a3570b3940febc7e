import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../protocol/json';
import { blocksOf } from './blocks';

/** Of OpenTofu and Terraform. */
const SOURCE = /\.(tf|tofu)(\.json)?$/;
/** What neither of them reads. */
const IGNORED = /^\.|~$|^#.*#$/;

const BACKENDS: readonly string[] = ['backend', 'cloud'];

/** The first file of a folder that says where the state is to be; undefined when the source leaves that open. */
export async function ownBackend(folder: string, except: string): Promise<string | undefined> {
  const names = (await readdir(folder)).sort();
  for (const name of names) {
    if (!SOURCE.test(name) || IGNORED.test(name) || name === except) continue;
    // OpenTofu reads main.tofu in place of main.tf.
    if (names.includes(name.replace(/\.tf(\.json)?$/, '.tofu$1')) && /\.tf(\.json)?$/.test(name)) continue;
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    if (name.endsWith('.json') ? namesBackendInJson(text) : namesBackend(text)) return name;
  }
  return undefined;
}

function namesBackend(hcl: string): boolean {
  return blocksOf(hcl).some(
    ([outer, inner, ...deeper]) =>
      deeper.length === 0 && outer?.[0] === 'terraform' && BACKENDS.includes(inner?.[0] ?? ''),
  );
}

/** A block may be an object, or a list of them. */
function namesBackendInJson(text: string): boolean {
  return objectsOf(objectsOf(parseJson(text)).map(({ terraform }) => terraform)).some((settings) =>
    BACKENDS.some((name) => settings[name] !== undefined),
  );
}

function objectsOf(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
}
