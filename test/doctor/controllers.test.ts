import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { controllerOf } from '../../src/doctor/controllers';
import type { Deployment } from '../../src/doctor/kinds';

/** What the constructs render, so that doctor knows the Deployment by what they write. */
const RENDERED =
  'examples/gitops/manifests/operator/Deployment.spacelift-workerpool-controller-controller-manager.k8s.yaml';

const rendered = (): Deployment => parse(readFileSync(RENDERED, 'utf8')) as Deployment;

/** The same with other arguments. */
function withArgs(...args: string[]): Deployment {
  const deployment = rendered();
  const [container] = deployment.spec.template.spec.containers;
  return { ...deployment, spec: { ...deployment.spec, template: { spec: { containers: [{ ...container!, args }] } } } };
}

describe('a Deployment', () => {
  it('as the constructs render it is one of a controller of this project', () => {
    expect(controllerOf(rendered())).toMatchObject({
      serviceAccount: 'spacelift-workerpool-controller-controller-manager',
      container: 'manager',
      isOurs: true,
      lease: 'spacelift-workerpool-controller',
    });
  });

  it('of another operator, which has the same label, is none', () => {
    const { spec, ...rest } = rendered();
    const containers = [{ name: 'manager', command: ['/manager'] }];
    expect(controllerOf({ ...rest, spec: { ...spec, template: { spec: { containers } } } })).toBeUndefined();
  });

  it.each([
    [['--namespaces=a,b', '--namespaces', 'c'], { namespaces: ['a', 'b', 'c'], lease: undefined }],
    [['--leader-elect', '--leader-elect-lease-name=mine'], { lease: 'mine', namespaces: [] }],
    [['--leader-elect=false'], { lease: undefined }],
    [['--metrics-bind-address=:8443'], { guardsMetrics: true }],
    [['--metrics-bind-address=:8443', '--metrics-secure=false'], { guardsMetrics: false }],
    [['--metrics-bind-address=0'], { guardsMetrics: false }],
  ])('with the arguments %j says what its controller does', (args, expected) => {
    expect(controllerOf(withArgs(...args))).toMatchObject(expected);
  });
});
