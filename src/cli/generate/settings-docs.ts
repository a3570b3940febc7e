import { CONTROL_PLANE_SETTINGS } from '../settings/control-plane';
import { flagsOf, variableOf, type Setting } from '../settings/setting';
import type { Artefact } from './artefact';
import { cell, code, page, table } from './markdown';

/** The reference of what the control plane can be told, from the declarations by which the program reads it. */
export async function generateSettingsDocs(): Promise<Artefact> {
  const text = `# Settings of the control plane

Each can be said in three ways: as a flag of [\`worker-pools control-plane\`](cli.md#worker-pools-control-plane), as a variable, and as a key of the file that \`--config\` or the variable \`WORKER_POOLS_CONFIG\` names. A flag wins over a variable, a variable over the file, the file over the default; a variable that is empty says nothing.

The file is YAML; a dot in a key leads into a section. What it does not know, what has the wrong type and what does not fit together is refused at the start, all of it at once, with the place and what is allowed. Secrets are variables only, because other users of a machine see flags.

${table(['Key', 'Flag', 'Variable', 'Meaning', 'Allowed', 'Default'], Object.entries(CONTROL_PLANE_SETTINGS).map(row))}
`;
  return { files: { 'docs/reference/control-plane-settings.md': await page('src/cli/settings', text) } };
}

function row([key, setting]: [string, Setting]): string[] {
  const flags = flagsOf(key, setting);
  return [
    setting.isSecret ? '' : code(key),
    flags === undefined ? '' : code(flags),
    code(variableOf(key)),
    cell(setting.help),
    cell(setting.kind.allowed),
    defaultOf(setting),
  ];
}

function defaultOf({ default: usual, otherwise }: Setting): string {
  if (otherwise !== undefined) return cell(otherwise);
  return usual === undefined ? '' : code(String(usual));
}
