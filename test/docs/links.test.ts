import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fencesOf, markdownFiles } from './support/fences';

const pages = markdownFiles();

/** The text of a page without its code, in which brackets are no links. */
function prose(file: string): string {
  const text = readFileSync(file, 'utf8');
  const withoutFences = fencesOf(file, text).reduce((rest, { code }) => rest.replace(`\n${code}`, '\n'), text);
  return withoutFences.replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ''));
}

/** As GitHub makes an anchor of a heading. */
const anchorsOf = (file: string): string[] =>
  [...prose(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const links = pages.flatMap((file) =>
  [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ file, target })),
);
const inside = links.filter(({ target }) => !/^[a-z]+:/.test(target));

describe('links between pages', () => {
  it('are found', () => expect(inside.length).toBeGreaterThan(10));

  it('lead to files that exist', () => {
    const broken = inside.filter(({ file, target }) => !existsSync(targetOf(file, target).path));
    expect(broken).toEqual([]);
  });

  it('lead to headings that exist', () => {
    const broken = inside.filter(({ file, target }) => {
      const { path, anchor } = targetOf(file, target);
      return (
        anchor !== undefined && existsSync(path) && !statSync(path).isDirectory() && !anchorsOf(path).includes(anchor)
      );
    });
    expect(broken).toEqual([]);
  });

  it('lead to every page from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const { file, target } of inside) if (file === page) addPages(reached, targetOf(file, target).path);
    }
    expect(pages.filter((page) => !reached.has(page) && !page.startsWith('test/'))).toEqual([]);
  });
});

describe('files that pages name', () => {
  it('exist', () => {
    const named = pages.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/`((?:src|test|examples|charts|docs|images|imports)\/[\w./-]+)`/g)].map(
        ([, path = '']) => ({ file, path }),
      ),
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ path }) => !existsSync(path))).toEqual([]);
  });
});

function targetOf(file: string, target: string): { path: string; anchor?: string } {
  const [path = '', anchor] = target.split('#');
  return { path: path === '' ? file : relative('.', join(dirname(file), path)), anchor };
}

/** A link to a folder is one to the pages in it, as GitHub shows them. */
function addPages(reached: Set<string>, path: string): void {
  for (const page of pages) if (page === path || dirname(page) === path) reached.add(page);
}
