import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';

/** Makes a folder a kustomize base of what is named, in this order. */
export function writeKustomization(folder: string, resources: readonly string[]): void {
  const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources };
  writeFileSync(join(folder, 'kustomization.yaml'), Yaml.stringify(kustomization));
}

/**
 * Makes each chart's folder a kustomize base, and the output folder one of the charts in `together`: what can be
 * applied in one go. Custom resources cannot stand beside their own definition there.
 */
export function writeKustomizations(outdir: string, together: readonly string[], apart: readonly string[]): void {
  for (const chart of [...together, ...apart]) {
    const folder = join(outdir, chart);
    const manifests = readdirSync(folder).filter((file) => file.endsWith('.k8s.yaml'));
    writeKustomization(folder, manifests.sort());
  }
  writeKustomization(outdir, together);
}
