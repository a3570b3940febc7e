import { describe, expect, it } from '@jest/globals';
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

function visit(schema: ValueSchema, path: readonly string[], look: (path: readonly string[], at: ValueSchema) => void) {
  for (const [key, member] of Object.entries(schema.properties ?? {})) {
    look([...path, key], member);
    visit(member, [...path, key], look);
  }
}
