import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readManifests } from './helm';

type Json = Readonly<Record<string, unknown>>;

interface Dependency {
  /** Under which name the umbrella has the chart, and its values. @default - the chart's own */
  readonly alias?: string;
  /** @default - always on */
  readonly condition?: string;
}

/** A chart of a platform team that has the chart in `folder` among its dependencies; returns its own folder. */
export function writeUmbrella(into: string, folder: string, dependencies: readonly Dependency[]): string {
  const { name, version } = parse(readFileSync(join(folder, 'Chart.yaml'), 'utf8')) as Record<string, string>;
  const umbrella = join(into, 'platform');
  mkdirSync(join(umbrella, 'charts'), { recursive: true });
  cpSync(folder, join(umbrella, 'charts', String(name)), { recursive: true });
  const listed = dependencies.map((dependency) => ({ name, version, ...dependency }));
  const chart = { apiVersion: 'v2', name: 'platform', version: '1.2.3', dependencies: listed };
  writeFileSync(join(umbrella, 'Chart.yaml'), JSON.stringify(chart));
  return umbrella;
}

/** The objects of one rendering of an umbrella, by the alias of the dependency that they came from. */
export function byAlias(rendered: string): ReadonlyMap<string, Json[]> {
  const objects = new Map<string, Json[]>();
  for (const part of rendered.split(/^---$/m)) {
    const alias = /^# Source: platform\/charts\/([^/]+)\//m.exec(part)?.[1];
    if (alias !== undefined) objects.set(alias, [...(objects.get(alias) ?? []), ...readManifests(part)]);
  }
  return objects;
}
