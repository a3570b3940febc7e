import { describe, expect, it } from '@jest/globals';
import { ConfigMap, EnvValue, Secret } from 'cdk8s-plus-28';
import { CustomCertificates } from '../../../src';
import { extended, variables } from './support';

const FILE = '/etc/ssl/certs/ca-certificates.crt';

describe('CustomCertificates', () => {
  it('shows the bundle to every container of ours, at the documented place and by variables', () => {
    const { pod, objects } = extended((chart) => [
      CustomCertificates.fromConfigMap(ConfigMap.fromConfigMapName(chart, 'trust', 'trust'), 'ca.crt'),
    ]);
    expect(objects).toEqual([]);
    expect(pod.volumes).toEqual([{ name: 'custom-certificates', configMap: { name: 'trust' } }]);
    for (const container of [pod.initContainer, pod.grpcServerContainer, pod.workerContainer]) {
      expect(container?.volumeMounts).toEqual([
        { name: 'custom-certificates', mountPath: FILE, subPath: 'ca.crt', readOnly: true },
      ]);
      expect(variables(container)).toEqual({
        SSL_CERT_FILE: FILE,
        NODE_EXTRA_CA_CERTS: FILE,
        REQUESTS_CA_BUNDLE: FILE,
        AWS_CA_BUNDLE: FILE,
        CURL_CA_BUNDLE: FILE,
        GIT_SSL_CAINFO: FILE,
      });
    }
  });

  it('takes the bundle from a Secret', () => {
    const { pod } = extended((chart) => [
      CustomCertificates.fromSecret(Secret.fromSecretName(chart, 'trust', 'trust'), 'bundle.pem'),
    ]);
    expect(pod.volumes).toEqual([{ name: 'custom-certificates', secret: { secretName: 'trust' } }]);
    expect(pod.workerContainer?.volumeMounts?.[0]?.subPath).toBe('bundle.pem');
  });

  it('refuses a pool that says otherwise', () => {
    const pod = { initContainer: { envVariables: { SSL_CERT_FILE: EnvValue.fromValue('/mine.pem') } } };
    expect(() =>
      extended((chart) => [CustomCertificates.fromSecret(Secret.fromSecretName(chart, 'trust', 'trust'), 'ca')], pod),
    ).toThrow('chart/pool/CustomCertificates: SSL_CERT_FILE of the container init is "set already"');
  });
});
