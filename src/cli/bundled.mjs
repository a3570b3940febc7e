// What is bundled into a program: which packages, under which licenses, and the list of them that scanners read.
import { readdirSync, readFileSync } from 'node:fs';

/** Licenses that ask for nothing but that they are passed on; whatever is under another one does not come into a bundle. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'Unlicense'];

/** Whether a license, or an expression of SPDX without brackets within brackets, is allowed. */
export function isAllowed(license) {
  if (typeof license !== 'string') return false;
  const every = (expression) => expression.split(/ AND /).every((one) => ALLOWED.includes(one.trim()));
  return license.replaceAll(/[()]/g, '').split(/ OR /).some(every);
}

/**
 * The packages of which a bundle holds something, by name.
 * @param inputs paths of its sources, as esbuild tells them
 * @throws Error for one whose license is not allowed
 */
export function bundledPackages(inputs) {
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
  const found = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    return { name, version, license, folder };
  });
  const refused = found.filter(({ license }) => !isAllowed(license));
  if (refused.length > 0) {
    const named = refused.map(({ name, license }) => `${name} (${license ?? 'no license'})`).join(', ');
    throw new Error(
      `these packages may not be bundled under their licenses: ${named}. Allowed are ${ALLOWED.join(', ')}; take another package, or add the license in src/cli/bundled.mjs if it asks for nothing but to be passed on`,
    );
  }
  return found.sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** What the authors of the packages ask to be passed on with them: their licenses and notices. */
export function licensesOf(packages, license) {
  const texts = packages.map(({ name, version, license: theirs, folder }) => {
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
    const text = files.map((file) => readFileSync(`${folder}/${file}`, 'utf8').trim()).join('\n\n');
    return `${name} ${version} (${theirs})\n\n${text}`;
  });
  const intro = `This program is under the ${license} license. It holds these libraries, under licenses of their own:`;
  return `${[intro, ...texts].join(`\n\n${'-'.repeat(80)}\n`)}\n`;
}

const purl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/**
 * A bill of materials (CycloneDX 1.5) of a program. It has neither time nor number, so that the same sources give the same.
 * @param lock of npm: what each package was when it was fetched
 */
export function billOfMaterials({ name, version, license }, packages, lock) {
  const components = packages.map((one) => {
    const [, base64 = ''] = /^sha512-(.+)$/.exec(lock.packages[one.folder]?.integrity ?? '') ?? [];
    return {
      type: 'library',
      'bom-ref': `${purl(one.name, one.version)}#${one.folder}`,
      name: one.name,
      version: one.version,
      purl: purl(one.name, one.version),
      licenses: [{ expression: one.license }],
      // Of the package as npm fetched it; the bundle holds the part of it that is used.
      ...(base64 && { hashes: [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }] }),
    };
  });
  const ref = purl(name, version);
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': ref, name, version, purl: ref, licenses: [{ expression: license }] },
    },
    components,
    dependencies: [{ ref, dependsOn: components.map((one) => one['bom-ref']) }],
  };
}
