import { describe, expect, test } from '@jest/globals';
import {
  acrossVersions,
  readChartTesting,
  readHelmLint,
  readKubeconform,
  readKubeScore,
} from '../../../../src/cli/dev/conformance/outputs';

describe('what kubeconform says', () => {
  const resource = { filename: 'a.yaml', kind: 'Deployment', name: 'web', version: 'apps/v1' };

  test.each([
    ['statusValid', '', []],
    ['statusInvalid', "additional properties 'replica' not allowed", ['schema']],
    ['statusError', 'could not find schema for Deployment', ['missing-schema']],
    ['statusError', 'error unmarshalling resource', ['schema']],
    ['statusSkipped', '', ['skipped']],
  ])('%s %j gives %j', (status, msg, rules) => {
    const read = readKubeconform(JSON.stringify({ resources: [{ ...resource, status, msg }] }));
    expect(read.objects).toBe(1);
    expect(read.findings.map(({ rule }) => rule)).toEqual(rules);
  });

  const finding = { tool: 'kubeconform', rule: 'schema', object: 'Deployment/web', message: 'no', file: 'a.yaml' };

  test.each([
    ['no', 'no'],
    [
      "problem validating schema. Check JSON formatting: jsonschema validation failed with 'file:///a.json#' - at '/spec': no",
      "at '/spec': no",
    ],
  ])('names object and file, and says only what is wrong: %s', (msg, message) => {
    const json = JSON.stringify({ resources: [{ ...resource, status: 'statusInvalid', msg }] });
    expect(readKubeconform(json).findings).toEqual([{ ...finding, message }]);
  });

  test.each([
    [['1.26', '1.27', '1.28', '1.29'], 'Kubernetes 1.26 to 1.29: no'],
    [['1.27', '1.28', '1.29'], 'Kubernetes 1.27 to 1.29: no'],
    [['1.26', '1.27', '1.29'], 'Kubernetes 1.26, 1.27, 1.29: no'],
    [['1.28'], 'Kubernetes 1.28: no'],
  ])('is one finding for %j', (versions, message) => {
    const all = ['1.26', '1.27', '1.28', '1.29'];
    const found = new Map(all.map((version) => [version, versions.includes(version) ? [finding] : []]));
    expect(acrossVersions(found)).toEqual([{ ...finding, message }]);
  });
});

describe('what kube-score says', () => {
  const report = (check: object): string =>
    JSON.stringify([
      {
        type_meta: { kind: 'Deployment' },
        object_meta: { name: 'web' },
        checks: [{ check: { id: 'container-image-tag' }, skipped: false, comments: null, ...check }],
      },
    ]);
  const comments = [{ path: 'web', summary: 'Image with latest tag' }];

  test.each([
    ['all right', { grade: 10 }, 0],
    ['a hint', { grade: 7, comments }, 1],
    ['a warning', { grade: 5, comments }, 1],
    ['critical', { grade: 1, comments }, 1],
    ['not meant for the object', { grade: 0, skipped: true, comments }, 0],
  ])('counts what is %s', (_what, check, findings) => {
    expect(readKubeScore(report(check)).findings).toHaveLength(findings);
  });

  test('names the object, the rule and the container', () => {
    expect(readKubeScore(report({ grade: 1, comments }))).toEqual({
      objects: 1,
      findings: [
        {
          tool: 'kube-score',
          rule: 'container-image-tag',
          object: 'Deployment/web',
          message: 'web: Image with latest tag',
        },
      ],
    });
  });

  test.each(['', 'null', '[]'])('is nothing where no object can be scored: %j', (json) => {
    expect(readKubeScore(json)).toEqual({ objects: 0, findings: [] });
  });
});

describe('what helm lint says', () => {
  test('is its warnings and errors, without its advice', () => {
    const text = [
      '==> Linting charts/web',
      '[INFO] Chart.yaml: icon is recommended',
      '[WARNING] templates/web.yaml: object name does not conform',
      '[ERROR] Chart.yaml: version is required',
      '',
      'Error: 1 chart(s) linted, 1 chart(s) failed',
    ].join('\n');
    expect(readHelmLint(text)).toEqual([
      { tool: 'helm lint', rule: 'warning', object: 'templates/web.yaml', message: 'object name does not conform' },
      { tool: 'helm lint', rule: 'error', object: 'Chart.yaml', message: 'version is required' },
    ]);
  });
});

describe('what chart-testing says', () => {
  test("is yamllint's complaints, each with its file", () => {
    const text = 'web/values.yaml\n  203:1     error    too many blank lines (1 > 0)  (empty-lines)\n';
    expect(readChartTesting(text, 1)).toEqual([
      {
        tool: 'chart-testing',
        rule: 'empty-lines',
        object: 'web/values.yaml',
        message: 'line 203:1: too many blank lines (1 > 0)',
      },
    ]);
  });

  test('is the end of its output where it fails for something else', () => {
    const [finding, ...others] = readChartTesting('Linting ...\n-----\nname: Required field missing\n', 1);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      rule: 'lint',
      object: 'chart',
      message: expect.stringContaining('Required field'),
    });
  });

  test('is nothing where it succeeds', () => {
    expect(readChartTesting('All charts linted successfully\n', 0)).toEqual([]);
  });
});
