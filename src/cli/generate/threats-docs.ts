import { ATTACKERS, type Attacker, type Threat } from '../../../test/docs/threats';
import type { Artefact } from './artefact';
import { cell, code, page, prose, table } from './markdown';

const HOME = 'test/docs/threats';

/** Who may mean harm, what stops them, what is left, and the tests that show it. */
export async function generateThreatsDocs(): Promise<Artefact> {
  const text = `# Threat model

Who may mean harm to a pool, its runs, its cluster or its control plane; what each of them may try, what stops it, what is left, and
the tests that show it. \`npm test\` fails when a test that is named here was not run, or has failed; a name is that of a test or of
the group that it is in. What to set, and who may do what by design: [security](operations/security.md). To report a vulnerability:
[SECURITY.md](../SECURITY.md).

**The borders.** A pool is the border between runs: stacks of one pool share its ServiceAccount, volumes, network and nodes. A
namespace is the border between pools in a cluster. The control plane decides which code runs in its pools, and the WorkerPool
object, which only the cluster's people can write, decides what that code is given.

**What is trusted.** The cluster and its API server, who may write WorkerPools and Secrets in a namespace, admins of the control plane
within it, the images of operator, launcher and control plane, and the machines that they run on.

${ATTACKERS.map(section).join('\n\n')}
`;
  return { files: { 'docs/security.md': await page(HOME, text) } };
}

function section({ who, wants, threats }: Attacker): string {
  const head = ['tries', 'what stops it', 'what is left', 'shown by'];
  return `## ${who}\n\n${prose(wants)}\n\n${table(head, threats.map(row))}`;
}

function row({ threat, answer, left, proofs }: Threat): string[] {
  const tests = proofs.map(({ file, title }) => `${code(file)}: ${cell(title)}`);
  return [cell(threat), cell(answer), left === undefined ? '' : cell(left), tests.join('<br>')];
}
