import { describe, expect, it } from '@jest/globals';
import { generatedChart, NO_CRDS, type Json } from '../../../charting/support/helm';
import { eachRenders } from '../../../charting/support/together';
import { only, type PodSpec } from '../../support';

const chart = generatedChart();

const manager = (values: object) => ({ controllerManager: { manager: values } });

type Look = (pod: PodSpec & Json) => void;

/** A row of values and of what their Deployment's Pods are like. */
const pods = (name: string, values: Json, look: Look) =>
  [
    name,
    { ...NO_CRDS, ...values },
    (objects: readonly Json[]) => look(only(objects, 'Deployment').spec.template.spec as PodSpec & Json),
  ] as const;

const argumentsOf = ({ containers }: PodSpec) => containers[0]?.args;

const DIGEST = `sha256:${'0'.repeat(64)}`;
const IMAGES: [string, object, object, string][] = [
  ['by its tag', { repository: 'a.b/c/d', tag: '1' }, {}, 'a.b/c/d:1'],
  ['by its digest', { repository: 'a.b/c/d', digest: DIGEST }, {}, `a.b/c/d@${DIGEST}`],
  ['from a mirror', { repository: 'a.b/c/d', tag: '1' }, { imageRegistry: 'mirror/x/' }, 'mirror/x/c/d:1'],
  ['from a mirror of a port', { repository: 'localhost:5000/d', tag: '1' }, { imageRegistry: 'm' }, 'm/d:1'],
  ['from a mirror of no registry', { repository: 'c/d', tag: '1' }, { imageRegistry: 'm' }, 'm/c/d:1'],
];
const ONLY_LINUX = {
  requiredDuringSchedulingIgnoredDuringExecution: {
    nodeSelectorTerms: [
      {
        matchExpressions: [
          { key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] },
          { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
        ],
      },
    ],
  },
};
const podAntiAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [] };

describe('the controller', () => {
  eachRenders(chart, [
    pods('starts without arguments of its own', manager({ args: [] }), (pod) =>
      expect(argumentsOf(pod)).toEqual(['--controller-namespace=$(CONTROLLER_NAMESPACE)']),
    ),
    pods(
      'is told timings of leader election and how to log, where somebody says so',
      {
        controllerManager: {
          leaderElection: { leaseDurationSeconds: 1000000, renewDeadlineSeconds: 40, retryPeriodSeconds: 5 },
          logging: { level: 'debug', format: 'logfmt' },
        },
      },
      (pod) =>
        expect(argumentsOf(pod)?.slice(-5)).toEqual([
          '--leader-elect-lease-duration=1000000s',
          '--leader-elect-renew-deadline=40s',
          '--leader-elect-retry-period=5s',
          '--log-level=debug',
          '--log-format=logfmt',
        ]),
    ),
    ...IMAGES.map(([how, image, global, name]) =>
      pods(`is pulled ${how}`, { ...manager({ image }), global }, ({ containers }) =>
        expect(containers).toMatchObject([{ image: name }]),
      ),
    ),
    pods(
      'is pulled with the secrets of all images and with its own',
      {
        global: { imagePullSecrets: [{ name: 'all' }] },
        controllerManager: { imagePullSecrets: [{ name: 'own' }] },
      },
      ({ imagePullSecrets }) => expect(imagePullSecrets).toEqual([{ name: 'all' }, { name: 'own' }]),
    ),
    pods(
      'keeps to Linux when it is also kept from its own kind',
      { controllerManager: { affinity: { podAntiAffinity } } },
      ({ affinity }) => expect(affinity).toEqual({ podAntiAffinity, nodeAffinity: ONLY_LINUX }),
    ),
    pods('may go anywhere where somebody says so', { controllerManager: { affinity: { nodeAffinity: null } } }, (pod) =>
      expect(pod).not.toHaveProperty('affinity'),
    ),
    [
      'is found by its Deployment, whatever its labels',
      { ...NO_CRDS, ...manager({ extraPodLabels: { 'control-plane': 'mine', team: 'a' } }) },
      (objects) => {
        const { selector, template } = only(objects, 'Deployment').spec;
        expect(template.metadata.labels).toEqual({ ...selector.matchLabels, team: 'a' });
      },
    ],
    [
      'has the ServiceAccount that the official chart gives it, however long its name',
      { ...NO_CRDS, fullnameOverride: 'a'.repeat(60) },
      (objects) => expect(only(objects, 'ServiceAccount').metadata.name).toBe(`${'a'.repeat(60)}-co`),
    ],
    [
      'and every object beside it has the common labels and annotations, and keeps its own',
      {
        ...NO_CRDS,
        nameOverride: 'own',
        commonLabels: { team: 'a', 'app.kubernetes.io/name': 'mine' },
        commonAnnotations: { note: 'b' },
      },
      (objects) => {
        for (const { metadata } of objects) {
          const labels = { team: 'a', 'app.kubernetes.io/name': 'own' };
          expect(metadata).toMatchObject({ labels, annotations: { note: 'b' } });
        }
      },
    ],
  ]);
});

describe('an empty string in a values file', () => {
  it('means unset', async () => {
    const values = (empty: string | null) => ({
      ...NO_CRDS,
      pdb: { enabled: true, maxUnavailable: empty },
      controllerManager: {
        manager: { image: { digest: empty, pullPolicy: empty } },
        logging: { level: empty, format: empty },
        pdb: { enabled: true, minAvailable: empty, maxUnavailable: empty },
        priorityClassName: empty,
      },
    });
    expect(await chart.objectsOfBoth(values(''))).toEqual(await chart.objectsOfBoth(values(null)));
  });
});
