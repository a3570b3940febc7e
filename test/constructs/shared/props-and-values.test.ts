import { describe, expect, it } from '@jest/globals';
import { App, Chart, Duration, Size } from 'cdk8s';
import { ImagePullPolicy, PercentOrAbsolute, ServiceType } from 'cdk8s-plus-28';
import { runInNewContext } from 'node:vm';
import * as constructs from '../../../src';
import { memberAt } from '../../../src/charting/value-path';
import { defaultValues, type ValueDeclaration, type ValueGroup } from '../../../src/charting/values';
import { controlPlaneValues } from '../../../src/constructs/control-plane/values';
import { CONTROL_PLANE_PROPS } from '../../../src/constructs/control-plane/props/mapping';
import { EXPORTER_PROPS } from '../../../src/constructs/exporter/prometheus-exporter-props';
import { exporterChartValues } from '../../../src/constructs/exporter/values';
import { operatorValues } from '../../../src/constructs/operator/values';
import { OPERATOR_PROPS } from '../../../src/constructs/operator/worker-pool-operator-mapping';
import { constructContext } from '../../../src/constructs/shared/construct-context';
import { converted, isNested, type AnyMapping, type AnyTarget } from '../../../src/constructs/shared/values-of-props';
import { interfacesIn } from './docstrings';

const interfaces = interfacesIn(
  'src/constructs/operator/worker-pool-operator-props.ts',
  'src/constructs/operator/operator-options.ts',
  'src/constructs/exporter/prometheus-exporter-props.ts',
  ...['index', 'exposure', 'observability', 'pod', 'serving', 'storage'].map(
    (name) => `src/constructs/control-plane/props/${name}.ts`,
  ),
  ...['disruption-budget', 'program-pod-props', 'service-monitor-options'].map(
    (name) => `src/constructs/shared/${name}.ts`,
  ),
);

interface Row {
  readonly prop: string;
  readonly text: string;
  readonly whenUnset: string | undefined;
  readonly targets: readonly AnyTarget[];
}

/** The props of an interface that are values, those of inner interfaces included. */
function rows(name: string, mapping: AnyMapping, path = ''): Row[] {
  return (interfaces.get(name) ?? []).flatMap(({ name: prop, type, text, whenUnset }) => {
    const target = mapping[prop];
    if (target === null || target === undefined) return [];
    if (isNested(target)) return rows(type, target.props, `${path}${prop}.`);
    return [{ prop: path + prop, text, whenUnset, targets: [target].flat() }];
  });
}

const evaluated = (expression: string): unknown =>
  runInNewContext(expression, { ...constructs, Duration, Size, ImagePullPolicy, PercentOrAbsolute, ServiceType });

const construct = new Chart(new App(), 'chart');
const context = constructContext({ chart: 'c', appVersion: '1', name: 'n', namespace: 's' });

const firstSentence = (text: string): string => (/^.*?[.](?= |$)/.exec(text)?.[0] ?? text).replaceAll('`', '');

describe.each<[string, AnyMapping, ValueGroup]>([
  ['WorkerPoolOperatorProps', OPERATOR_PROPS as AnyMapping, operatorValues],
  ['PrometheusExporterProps', EXPORTER_PROPS as AnyMapping, exporterChartValues],
  ['WorkerPoolControlPlaneProps', CONTROL_PLANE_PROPS as AnyMapping, controlPlaneValues],
])('%s', (name, mapping, values) => {
  const all = rows(name, mapping);
  const optional = all.filter(({ whenUnset }) => whenUnset !== undefined);

  const literal = optional.filter(({ whenUnset }) => !whenUnset?.startsWith('- '));
  it.each(literal.map((row) => [row.prop, row.whenUnset ?? '', row] as const))(
    '%s is by default, as its value, %s',
    (_, whenUnset, { targets }) => {
      for (const target of targets.map(converted)) {
        const member = memberAt(values.members, target.to);
        const unset = /Unset means ([^ ]*)[.]/.exec(member.description)?.[1];
        const given = JSON.stringify(target.as(evaluated(whenUnset), { construct, context }));
        if (member.kind === 'group') expect(defaultValues(member.members)).toMatchObject(JSON.parse(given) as object);
        else if (unset === undefined) expect(JSON.stringify((member as ValueDeclaration<unknown>).default)).toBe(given);
        else expect(given.replaceAll('"', '')).toBe(unset);
      }
    },
  );

  const inWords = optional.filter(({ whenUnset, targets }) => whenUnset?.startsWith('- ') && targets.length === 1);
  it.each(inWords.map((row) => [row.prop, row.whenUnset ?? '', row] as const))(
    '%s (%s) has no default that could be written instead',
    (_, __, { targets: [target] }) => {
      const member = memberAt(values.members, converted(target as AnyTarget).to);
      const declared = member.kind === 'value' ? member.default : {};
      expect(['', false, undefined]).toContain(typeof declared === 'object' ? undefined : declared);
    },
  );

  const patterns = all.flatMap(({ prop, targets }) =>
    targets.flatMap((target) => {
      const member = memberAt(values.members, converted(target).to);
      const members = member.kind === 'group' ? Object.values(member.members) : [member];
      const schemas = members.flatMap((each) => (each.kind === 'value' ? [each.schema, each.schema.items ?? {}] : []));
      return schemas.filter(({ pattern }) => pattern !== undefined).map((schema) => [prop, schema] as const);
    }),
  );
  it.each(patterns)('%s can say what it allows', (_, { says }) => {
    expect(says).toMatch(/^(it|its|a) /);
  });

  const direct = all.filter(({ targets }) => targets.length === 1 && typeof targets[0] === 'string');
  it.each(direct.map((row) => [row.prop, row] as const))(
    '%s says of itself what its value says',
    (_, { text, targets }) => {
      expect(firstSentence(text)).toBe(firstSentence(memberAt(values.members, targets[0] as string).description));
    },
  );
});
