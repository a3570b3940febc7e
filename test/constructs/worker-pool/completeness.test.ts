import { describe, expect, it } from '@jest/globals';
import { Node, NodeLabelQuery, NodeTaintQuery } from 'cdk8s-plus-28';
import type { Field } from '../../../src/api/field';
import type { SchemaMap } from '../../../src/api/schema';
import { SPEC } from '../../../src/api/worker-pool/spec';
import { everything, everythingOfRegistration } from './everything';
import { specOf } from './support';

/** Fields without a property, and why. */
const LEFT_OUT = [
  // Deprecated: successfulPodsHistory says it better and wins over it.
  'keepSuccessfulPods',
  // Deprecated, and never together with secretName, which apiCredentials sets.
  'spaceliftAPICredentials.secretKeyRef',
  // Never together with maxRuns; DriftDetection.disabled() sets it.
  'driftDetectionRunLimits.disabled',
];

describe('a WorkerPool with everything set', () => {
  it('has every field of the API, and no other', () => {
    const spec = specOf(everything, ({ scheduling }) => {
      scheduling.attract(Node.labeled(NodeLabelQuery.exists('runs')));
      scheduling.tolerate(Node.tainted(NodeTaintQuery.exists('runs')));
    });
    const expected = fieldsOf(SPEC.fields).filter((field) => !LEFT_OUT.includes(field));
    expect(expected).toContain('pod.workerContainer.lifecycle');
    const all = [spec, specOf(everythingOfRegistration)].flatMap((part) => setFields(part, SPEC.fields));
    expect(all.sort()).toEqual(expected.sort());
  });

  it('leaves out only what the API has', () => {
    expect(fieldsOf(SPEC.fields)).toEqual(expect.arrayContaining(LEFT_OUT));
  });
});

/** Paths of all fields, down to the types of Kubernetes, which are those of cdk8s-plus. */
function fieldsOf(fields: SchemaMap<Field>, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([name, { type }]) =>
    type.kind === 'object' ? fieldsOf(type.fields, `${prefix}${name}.`) : [prefix + name],
  );
}

/** Paths of the fields that a manifest sets; those that the API does not know, too. */
function setFields(value: object, fields: SchemaMap<Field>, prefix = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
    const type = fields[name]?.type;
    return type?.kind === 'object' ? setFields(inner as object, type.fields, `${prefix}${name}.`) : [prefix + name];
  });
}
