/** What the control plane's chart tells its program, the program takes. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { synthesizeChart } from '../../../src/charting/synthesize';
import { CONTROL_PLANE_RULES, CONTROL_PLANE_SETTINGS } from '../../../src/cli/settings/control-plane';
import { readSettings } from '../../../src/cli/settings/read';
import { variableOf } from '../../../src/cli/settings/setting';
import { controlPlaneChart } from '../../../src/constructs/control-plane/chart/chart';
import type { Manifest } from '../../constructs/support';
import { removeFolder, temporaryFolder } from '../../support/folder';

/** Settings that the chart has and the program is still to have. */
const STILL_TO_COME: readonly string[] = [];

/** Values that together say everything that the chart can tell its program. */
const EVERYTHING: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  nothing: {},
  'one Pod': {
    publicUrl: 'https://pools.example.com',
    tls: { sans: ['pools.internal'], existingSecret: 'tls' },
    mqtt: { url: 'mqtts://mqtt.example.com:8883' },
    startDeadlineSeconds: 60,
    web: 'open',
    logLevel: 'silent',
    retention: {
      runDays: 1,
      runsPerStack: 1,
      logDays: 1,
      logMiBPerRun: 1,
      stateVersions: 1,
      auditDays: 1,
      auditEntries: 1,
    },
    blobs: { minFreeMiB: 0 },
    apiKey: { existingSecret: 'api-key' },
  },
  'several Pods': {
    replicas: 3,
    publicUrl: 'https://pools.example.com',
    database: { existingSecret: 'database' },
    keys: { existingSecret: 'keys' },
    blobs: { s3: { bucket: 'b', prefix: 'p', endpoint: 'http://s3:9000', region: 'r', forcePathStyle: true } },
    mqtt: { broker: { url: 'mqtts://b', clientUrl: 'mqtts://c', existingSecret: 'broker' } },
  },
  'no TLS': { publicUrl: 'https://pools.example.com', tls: { enabled: false }, mqtt: { enabled: false } },
};

const isToCome = (key: string): boolean => STILL_TO_COME.some((name) => key === name || key.startsWith(`${name}.`));

function told(values: Readonly<Record<string, unknown>>) {
  const objects = synthesizeChart(
    controlPlaneChart,
    { name: 'ops', namespace: 'tools' },
    values,
  ) as unknown as Manifest[];
  const text = objects.find(({ kind }) => kind === 'ConfigMap')?.data?.['config.yaml'] ?? '';
  const workload = objects.find(({ kind }) => ['StatefulSet', 'Deployment'].includes(kind));
  const names = workload?.spec.template.spec.containers[0]?.env.map(({ name }) => name) ?? [];
  return { file: parse(text) as object, variables: names.filter((name) => name.startsWith('WORKER_POOLS_')) };
}

/** Dotted keys of a file, down to what is no section. */
function keysOf(section: object, above = ''): string[] {
  return Object.entries(section).flatMap(([name, value]) => {
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isSection ? keysOf(value as object, `${above}${name}.`) : [`${above}${name}`];
  });
}

function without(section: object, isLeftOut: (key: string) => boolean, above = ''): object {
  const entries = Object.entries(section).filter(([name]) => !isLeftOut(above + name));
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
      return [name, isSection ? without(value as object, isLeftOut, `${above}${name}.`) : (value as unknown)];
    }),
  );
}

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => removeFolder(folder));

describe('the file that the chart writes', () => {
  it.each(Object.entries(EVERYTHING))('is taken by the program: %s', (_, values) => {
    const path = join(folder, 'config.yaml');
    writeFileSync(path, stringify(without(told(values).file, isToCome)));
    const settings = readSettings(
      CONTROL_PLANE_SETTINGS,
      { flags: new Map(), variables: {}, file: path },
      CONTROL_PLANE_RULES,
    );
    expect(settings).toMatchObject({ listen: { port: 8443 }, metricsPort: 9090, dataDir: '/var/lib/worker-pools' });
  });
});

describe('what the chart tells', () => {
  it('is a setting of the program, or still to come, and nothing waits for longer', () => {
    const all = Object.values(EVERYTHING).map(told);
    const keys = new Set(all.flatMap(({ file }) => keysOf(file)));
    const variables = new Set(all.flatMap((each) => each.variables));
    const known = Object.keys(CONTROL_PLANE_SETTINGS);
    const knownVariables = ['WORKER_POOLS_CONFIG', ...known.map(variableOf)];
    const toCome = STILL_TO_COME.filter((name) => !known.some((key) => key === name || key.startsWith(`${name}.`)));
    expect([...keys].filter((key) => !known.includes(key) && !isToCome(key))).toEqual([]);
    expect([...variables].filter((name) => !knownVariables.includes(name))).toEqual([]);
    expect(toCome).toEqual(STILL_TO_COME);
  });
});
