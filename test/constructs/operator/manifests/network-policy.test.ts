import { describe, expect } from '@jest/globals';
import { generatedChart, NO_CRDS, type Json } from '../../../charting/support/helm';
import { eachRenders } from '../../../charting/support/together';
import { only } from '../../support';

const chart = generatedChart();

const tcp = (...ports: number[]) => ports.map((port) => ({ port, protocol: 'TCP' }));
const peer = { namespaceSelector: { matchLabels: { name: 'monitoring' } } };

const allows = (rules: object) => (objects: readonly Json[]) =>
  expect(only(objects, 'NetworkPolicy').spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'], ...rules });

describe('the NetworkPolicy of the controller', () => {
  const dns = { ports: [{ port: 53, protocol: 'UDP' }, ...tcp(53)] };
  eachRenders(chart, [
    [
      'lets it reach API servers, control planes and DNS, and lets itself be asked for its health',
      { ...NO_CRDS, controllerManager: { networkPolicy: { enabled: true } } },
      allows({ ingress: [{ ports: tcp(8081) }], egress: [dns, { ports: tcp(443, 6443, 8443, 8883) }] }),
    ],
    [
      'lets only those scrape who are named, and adds what is asked for',
      {
        ...NO_CRDS,
        metricsService: { enabled: true },
        controllerManager: {
          networkPolicy: { enabled: true, egressPorts: [], extraEgress: [{ to: [peer] }], metricsFrom: [peer] },
        },
      },
      allows({ ingress: [{ ports: tcp(8081) }, { from: [peer], ports: tcp(8443) }], egress: [dns, { to: [peer] }] }),
    ],
  ]);
});
