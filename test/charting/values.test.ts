import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { exporterValues } from '../../src/constructs/exporter/values';
import { operatorValues } from '../../src/constructs/operator/values';
import { defaultValues, schemaOf, type ValueSchema } from '../../src/charting/values';
import { valuesYaml } from '../../src/charting/values-yaml';

describe.each([
  ['operator', operatorValues],
  ['exporter', exporterValues],
])('the values of the %s', (_, values) => {
  it('are in values.yaml what the constructs are compared with', () => {
    const written = parse(valuesYaml(values.description, values.members), { version: '1.1' }) as unknown;
    expect(written).toEqual(JSON.parse(JSON.stringify(defaultValues(values.members))));
  });

  it('have a sentence each, which stands in values.yaml', () => {
    const comments = valuesYaml(values.description, values.members).replace(/\n *#/g, '');
    const without: string[] = [];
    visit(schemaOf(values.description, values.members), [], (path, { description = '' }) => {
      if (!/^[A-Z"].*\.$/.test(description) || !comments.includes(description)) without.push(path.join('.'));
    });
    expect(without).toEqual([]);
  });
});

describe('the values of the operator', () => {
  const official = parse(readFileSync('test/support/official-chart/values.yaml', 'utf8')) as object;
  /** What the official chart reads and has no default for. */
  const unset = [
    'nameOverride',
    'fullnameOverride',
    'controllerManager.serviceAccount.name',
    'pdb.maxUnavailable',
    ...['namespace', 'additionalLabels', 'annotations', 'tlsConfig', 'bearerTokenFile'].map(
      (name) => `metricsService.serviceMonitor.${name}`,
    ),
    ...['apiEndpoint', 'apiKeyId', 'apiKeySecretName', 'image.digest', 'caCert.secretKey', 'podAnnotations'].map(
      (name) => `spacelift-promex.${name}`,
    ),
  ];

  it.each([...keysOf(official), ...unset])('have the official %s', (path) => {
    const known: string[] = [];
    visit(schemaOf('', operatorValues.members), [], (at, { properties }) => {
      if (properties === undefined) known.push(at.join('.'));
    });
    // Below a free-form object, such as the resources, nothing is named.
    expect(known.filter((name) => path === name || path.startsWith(`${name}.`))).toHaveLength(1);
  });
});

function keysOf(values: object, path: readonly string[] = []): string[] {
  return Object.entries(values).flatMap(([key, value]: [string, unknown]) => {
    const here = [...path, key];
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    return isMap ? keysOf(value, here) : [here.join('.')];
  });
}

function visit(schema: ValueSchema, path: readonly string[], look: (path: readonly string[], at: ValueSchema) => void) {
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    look([...path, key], member);
    visit(member, [...path, key], look);
  }
}
