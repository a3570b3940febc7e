/** Facts that a page repeats for its reader, compared with where the programs have them. */
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { OLDEST_KUBERNETES } from '../../src/charting/emit';
import { MINIMAL_RULES, RUN_BUDGET_RULES, type PolicyRule } from '../../src/constructs/operator/manifests/rbac-rules';
import { VERSIONS } from '../../src/local-cluster/binaries';

/** The rows of a page's tables, by their first cell; the cells without their padding. */
function rowsOf(page: string): Map<string, string[]> {
  const lines = readFileSync(page, 'utf8').match(/^\|.*\|$/gm) ?? [];
  const rows = lines.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  return new Map(rows.map(([name = '', ...cells]) => [name, cells]));
}

describe('what the page on installation says it works with', () => {
  const rows = rowsOf('docs/guides/installation.md');
  const { engines, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    engines: { node: string };
    peerDependencies: Record<string, string>;
  };
  const [newest] = /^\d+\.\d+/.exec(VERSIONS.kubernetes) ?? [];

  it('is the Kubernetes of the chart and of the tests', () => {
    const [versions, how] = rows.get('Kubernetes') ?? [];
    expect(versions).toBe(`${OLDEST_KUBERNETES} and newer`);
    expect(how).toContain(`Kubernetes ${VERSIONS.kubernetes}`);
    expect(how).toContain(`${OLDEST_KUBERNETES} to ${newest}`);
  });

  it('are the engines and peer dependencies of the package', () => {
    expect(`>=${/^\d+/.exec(rows.get('Node.js')?.[0] ?? '')?.[0]}`).toBe(engines.node);
    const named = Object.entries(peerDependencies).map(([name, range]) => `${name} ${range}`);
    expect(rows.get('cdk8s')?.[0]).toBe(named.join(', '));
  });
});

describe('what the page on security says the operator may do', () => {
  const rows = rowsOf('docs/operations/security.md');
  const rules: readonly PolicyRule[] = [...MINIMAL_RULES.manager, ...MINIMAL_RULES.leaderElection, ...RUN_BUDGET_RULES];

  it.each(rules.map(({ resources = [], verbs }) => [resources.join(', '), verbs.join(', ')]))(
    'names %s with: %s',
    (resources, verbs) => expect(rows.get(resources)?.[0]).toBe(verbs),
  );
});
