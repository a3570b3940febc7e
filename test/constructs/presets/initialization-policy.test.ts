import { describe, expect, it } from '@jest/globals';
import { ConfigMap } from 'cdk8s-plus-28';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InitializationPolicy } from '../../../src';
import { only } from '../support';
import { extended, variables } from './support';

const REGO = 'package spacelift\n\ndeny["not today"] { false }\n';

describe('InitializationPolicy', () => {
  it('puts the policy into a ConfigMap and shows it to init, read only', () => {
    const { pod, objects } = extended([InitializationPolicy.fromText(REGO)]);
    const configMap = only(objects, 'ConfigMap');
    expect(configMap.data).toEqual({ 'initialization-policy.rego': REGO });
    expect(pod.volumes).toEqual([{ name: 'initialization-policy', configMap: { name: configMap.metadata.name } }]);
    expect(pod.initContainer).toEqual({
      env: [
        {
          name: 'SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY',
          value: '/opt/spacelift/policies/initialization/initialization-policy.rego',
        },
      ],
      volumeMounts: [
        { name: 'initialization-policy', mountPath: '/opt/spacelift/policies/initialization', readOnly: true },
      ],
    });
    expect([pod.grpcServerContainer, pod.workerContainer]).toEqual([undefined, undefined]);
  });

  it('reads the policy from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'policy-'));
    try {
      writeFileSync(join(folder, 'policy.rego'), REGO);
      const { objects } = extended([InitializationPolicy.fromFile(join(folder, 'policy.rego'))]);
      expect(Object.values(only(objects, 'ConfigMap').data ?? {})).toEqual([REGO]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('uses a ConfigMap that is there', () => {
    const { pod, objects } = extended((chart) => [
      InitializationPolicy.fromConfigMap(ConfigMap.fromConfigMapName(chart, 'shared', 'policies'), 'runs.rego'),
    ]);
    expect(objects).toEqual([]);
    expect(pod.volumes).toEqual([{ name: 'initialization-policy', configMap: { name: 'policies' } }]);
    expect(variables(pod.initContainer)).toEqual({
      SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY: '/opt/spacelift/policies/initialization/runs.rego',
    });
  });

  it.each(['# Ours.\npackage spacelift\n', '\tpackage  spacelift # the one\r\n', 'package spacelift'])(
    'takes %j',
    (rego) => {
      const { objects } = extended([InitializationPolicy.fromText(rego)]);
      expect(Object.values(only(objects, 'ConfigMap').data ?? {})).toEqual([rego]);
    },
  );

  it.each([
    ['', '""'],
    ['package opa\ndeny["x"] { true }', '"package opa"'],
    ['# package spacelift', '"# package spacelift"'],
    ['package spacelift.init', '"package spacelift.init"'],
  ])('refuses %j, which the launcher would pass over', (rego, shown) => {
    expect(() => extended([InitializationPolicy.fromText(rego)])).toThrow(
      `chart/pool/InitializationPolicy: policy is ${shown}; it must have the line "package spacelift"`,
    );
  });

  it('refuses a second policy', () => {
    expect(() =>
      extended((chart) => {
        const shared = ConfigMap.fromConfigMapName(chart, 'shared', 'policies');
        return ['a', 'b'].map((key) => InitializationPolicy.fromConfigMap(shared, key));
      }),
    ).toThrow('SPACELIFT_LAUNCHER_RUN_INITIALIZATION_POLICY of the container init is "set already"');
  });
});
