import { controlPlaneChart } from '../../../../src/constructs/control-plane/chart/chart';
import { generatedChart, type GeneratedChart } from '../../../charting/support/helm';

/** The control plane's chart for the tests of a file. */
export const generatedControlPlane = (): GeneratedChart => generatedChart(undefined, controlPlaneChart);

/** What has to be outside of the Pods for several of them. */
export const OUTSIDE = {
  database: { existingSecret: 'database' },
  keys: { existingSecret: 'keys' },
  blobs: { s3: { bucket: 'blobs' } },
  mqtt: { broker: { url: 'mqtts://broker.example:8883' } },
} as const;
