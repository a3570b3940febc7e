import { format } from 'prettier';
import type { Artefact } from '../artefact';
import { cell } from '../object-docs';
import type { Declaration } from './model';
import { sections } from './page';
import { readDeclarations } from './read';

const NOTICE = '<!-- Made by `npm run generate` from the docstrings in src/constructs; change those instead. -->';
const ENTRY = 'src/index.ts';
const FOLDER = 'docs/api/constructs';

/** What each page is about; a folder below src/constructs that is missing here goes to the last page. */
const PAGES: readonly { readonly file: string; readonly title: string; readonly groups: readonly string[] }[] = [
  { file: 'worker-pool.md', title: 'WorkerPool', groups: ['worker-pool', 'shared'] },
  { file: 'presets.md', title: 'Presets', groups: ['presets'] },
  { file: 'operator.md', title: 'WorkerPoolOperator', groups: ['operator', 'crds'] },
  { file: 'monitoring.md', title: 'Monitoring', groups: ['monitoring', 'exporter'] },
  { file: 'others.md', title: 'Other constructs', groups: [] },
];

/** The reference of the constructs: an overview, and a page for each group. */
export async function generateConstructsDocs(): Promise<Artefact> {
  return artefact(readDeclarations(ENTRY));
}

async function artefact(all: readonly Declaration[]): Promise<Artefact> {
  const fileOf = ({ group }: Declaration): string =>
    (PAGES.find(({ groups }) => groups.includes(group)) ?? PAGES.at(-1))?.file ?? '';
  const files = new Map(all.map((declaration) => [declaration.name, fileOf(declaration)]));
  const pages = PAGES.map(({ file, title }) => ({ file, title, own: all.filter((each) => fileOf(each) === file) }));
  const filled = pages.filter(({ own }) => own.length > 0);
  const texts: Record<string, string> = { 'docs/api/constructs.md': overview(filled) };
  for (const { file, title, own } of filled) {
    const linkTo = (name: string): string | undefined => {
      const target = files.get(name);
      return target && `${target === file ? '' : target}#${name.toLowerCase()}`;
    };
    texts[`${FOLDER}/${file}`] = `${NOTICE}\n\n# ${title}\n\n${sections(inReadingOrder(own, title), linkTo)}`;
  }
  const formatted = Object.entries(texts).map(async ([path, text]) => [path, await pretty(text)] as const);
  return { files: Object.fromEntries(await Promise.all(formatted)), folders: [FOLDER] };
}

const pretty = (text: string): Promise<string> => format(text, { parser: 'markdown', printWidth: 120 });

/** The class that the page is about, then what it names in the order in which it does, then the other classes likewise. */
function inReadingOrder(declarations: readonly Declaration[], title: string): Declaration[] {
  const ordered = new Set<Declaration>();
  const add = (declaration: Declaration): void => {
    if (ordered.has(declaration)) return;
    ordered.add(declaration);
    for (const name of namesIn(declaration)) {
      const named = declarations.find((each) => each.name === name);
      if (named) add(named);
    }
  };
  const classes = declarations.filter(({ kind }) => kind === 'class');
  const first = classes.find(({ name }) => name === title);
  [...(first ? [first] : []), ...classes, ...declarations].forEach(add);
  return [...ordered];
}

/** The types that a declaration names, those that it is made with first. */
function namesIn({ construction = [], factories, properties, methods }: Declaration): string[] {
  const members = [...construction, ...factories.flatMap(({ parameters }) => parameters), ...properties];
  const types = [...members, ...methods.flatMap(({ parameters }) => parameters)].map(({ type }) => type);
  return types.flat().flatMap((piece) => (typeof piece === 'string' ? [] : [piece.name]));
}

function overview(pages: readonly { file: string; title: string; own: readonly Declaration[] }[]): string {
  const rows = pages.flatMap(({ file, own }) =>
    own
      .filter(({ kind }) => kind === 'class')
      .map(({ name, summary }) => `| [${name}](constructs/${file}#${name.toLowerCase()}) | ${cell(summary)} |`),
  );
  return `${NOTICE}

# Constructs

What \`import ... from 'cdk8s-worker-pools'\` gives. \`kplus\` is \`cdk8s-plus-28\`. How they are used: [the guide](../guides/constructs.md) and [the examples](../../examples/README.md).

| Class | What it is |
| --- | --- |
${rows.join('\n')}

The resource that \`WorkerPool\` makes is described [field by field](workerpool.md).
`;
}
