import { describe } from '@jest/globals';
import * as fc from 'fast-check';
import type { Release } from '../../../../src/charting/release';
import { schemaOf } from '../../../../src/charting/values';
import { controlPlaneChart } from '../../../../src/constructs/control-plane/chart/chart';
import { arbitraryValues } from '../../../charting/support/arbitrary';
import { laidOver } from '../../../charting/support/helm';
import { rendersAnyValues } from '../../../charting/support/property';
import { generatedControlPlane, OUTSIDE } from './support';

const BROKER = { url: 'mqtts://broker.example', clientUrl: 'mqtts://pools.example', existingSecret: 'broker' };
const EMBEDDED = { url: '', clientUrl: '', existingSecret: '' };

/** What goes together, where one value refuses another most of the time. */
const TOGETHER = [
  {
    replicas: 1,
    mqtt: { enabled: true, url: '', broker: EMBEDDED },
    externalMqtt: { type: 'NodePort' },
    persistence: { accessModes: ['ReadWriteOnce'] },
  },
  { replicas: 1, mqtt: { enabled: false, url: '', broker: EMBEDDED }, tls: { enabled: false, existingSecret: '' } },
  {
    replicas: 0,
    mqtt: { enabled: true, url: 'mqtts://pools.example', broker: EMBEDDED },
    tls: { enabled: false, existingSecret: '' },
  },
  { ...OUTSIDE, replicas: 3, mqtt: { enabled: true, url: '', broker: BROKER } },
  { ...OUTSIDE, mqtt: { enabled: false, url: '', broker: EMBEDDED }, replicas: null },
].map((values) => ({
  externalMqtt: { type: null, nodePort: null },
  ...values,
  ingress: { tlsSecretName: '' },
  backup: { existingClaim: 'backups' },
  pdb: { maxUnavailable: null },
  shutdownGraceSeconds: 5,
  terminationGracePeriodSeconds: 30,
}));
const LOAD_BALANCERS = { externalHttps: { type: 'LoadBalancer' } };
const INSIDE = {
  externalHttps: { nodePort: null, loadBalancerClass: null, loadBalancerSourceRanges: null },
  externalMqtt: { loadBalancerClass: null, loadBalancerSourceRanges: null },
};

const anything = arbitraryValues(schemaOf('', controlPlaneChart.values.members));
const values = fc
  .tuple(anything, fc.constantFrom(...TOGETHER), fc.nat(9))
  .map(([given, together, lot]) =>
    lot === 0 ? given : [INSIDE, lot < 6 ? LOAD_BALANCERS : {}, together].reduce(laidOver, given),
  );

const release: fc.Arbitrary<Release> = fc.record(
  {
    name: fc.oneof(fc.constantFrom('ops', 'on', 'y', 'worker-pools-control-plane'), fc.stringMatching(/^[a-z]{1,20}$/)),
    namespace: fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/),
    isUpgrade: fc.boolean(),
  },
  { noNullPrototype: true },
);

describe('for any values', () => {
  rendersAnyValues(generatedControlPlane(), values, release);
});
