import { TypeSystem, type Assembly, type Type } from 'jsii-reflect';
import { run } from '../../../local-cluster/exec';
import type { Artefact } from '../artefact';
import { cell, page, table } from '../markdown';
import { namesIn, section } from './section';

const SOURCE = 'the docstrings in src/constructs';
const FOLDER = 'docs/api/constructs';

/** A page for each folder below src/constructs, in this order. */
const TITLES = new Map([
  ['worker-pool', 'WorkerPool'],
  ['presets', 'Presets'],
  ['operator', 'Operator'],
  ['crds', 'CRDs'],
  ['exporter', 'Exporter'],
  ['monitoring', 'Monitoring'],
  ['control-plane', 'Control plane'],
  ['shared', 'Shared by several constructs'],
]);

/** The reference of the constructs: an overview, and a page for each folder. */
export async function generateConstructsDocs(): Promise<Artefact> {
  const { allTypes } = await constructsAssembly();
  const fileOf = new Map(allTypes.map((type) => [type.name, `${folderOf(type)}.md`]));
  const pages = [...TITLES].map(([folder, title]) => ({
    file: `${folder}.md`,
    title,
    types: inReadingOrder(allTypes.filter((type) => folderOf(type) === folder)),
  }));
  const files: Record<string, string> = { 'docs/api/constructs.md': await page(SOURCE, overview(pages)) };
  for (const { file, title, types } of pages) {
    const linkTo = (name: string): string | undefined => {
      const target = fileOf.get(name);
      return target && `${target === file ? '' : target}#${name.toLowerCase()}`;
    };
    const text = `# ${title}\n\n${types.map((type) => section(type, linkTo)).join('\n\n')}`;
    files[`${FOLDER}/${file}`] = await page(SOURCE, text);
  }
  return { files, folders: [FOLDER] };
}

/** What jsii knows of the constructs, compiled anew: users of every language get the same. */
export async function constructsAssembly(): Promise<Assembly> {
  await run('npm', ['run', '--silent', 'jsii']);
  return new TypeSystem().load('.', { validate: false });
}

function folderOf({ name, locationInModule }: Type): string {
  const [, folder = ''] = /^src\/constructs\/([^/]+)\//.exec(locationInModule?.filename ?? '') ?? [];
  if (!TITLES.has(folder)) throw new Error(`${name} lies in no folder of src/constructs that has a page`);
  return folder;
}

/** Constructs, other classes, the rest; behind each what it names, in the order in which it does. */
function inReadingOrder(types: readonly Type[]): Type[] {
  const ordered = new Set<Type>();
  const add = (type: Type): void => {
    if (ordered.has(type)) return;
    ordered.add(type);
    for (const name of namesIn(type)) types.filter((each) => each.name === name).forEach(add);
  };
  const classes = types.filter((type) => type.isClassType());
  const constructs = classes.filter(({ ancestors }) => ancestors.some(({ fqn }) => fqn === 'constructs.Construct'));
  [...constructs, ...classes, ...types].forEach(add);
  return [...ordered];
}

function overview(pages: readonly { file: string; types: readonly Type[] }[]): string {
  const rows = pages.flatMap(({ file, types }) =>
    types
      .filter((type) => type.isClassType())
      .map(({ name, docs }) => [`[${name}](constructs/${file}#${name.toLowerCase()})`, cell(docs.summary)]),
  );
  return `# Constructs

What \`import ... from 'cdk8s-worker-pools'\` gives. \`kplus\` is \`cdk8s-plus-28\`. How they are used: [the guide](../guides/constructs.md) and [the examples](../../examples/README.md).

${table(['Class', 'What it is'], rows)}

The resource that \`WorkerPool\` makes is described [field by field](workerpool.md).
`;
}
