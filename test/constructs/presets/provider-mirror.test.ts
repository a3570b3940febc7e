import { describe, expect, it } from '@jest/globals';
import { EnvValue, PersistentVolumeClaim } from 'cdk8s-plus-28';
import { ProviderMirror } from '../../../src';
import { extended, variables } from './support';

describe('ProviderMirror', () => {
  it('mounts a folder of providers read-only, and tells the tool of it', () => {
    const { pod, objects } = extended((chart) => [
      ProviderMirror.fromPersistentVolumeClaim(PersistentVolumeClaim.fromClaimName(chart, 'claim', 'providers')),
    ]);
    const config = objects.find(({ kind }) => kind === 'ConfigMap') as { data: unknown; metadata: { name: string } };
    expect(config.data).toEqual({
      'mirror.tfrc':
        'provider_installation {\n  filesystem_mirror {\n    path = "/opt/spacelift/providers"\n  }\n  direct {}\n}\n',
    });
    expect(pod.volumes).toEqual([
      { name: 'provider-mirror', configMap: { name: config.metadata.name } },
      { name: 'providers', persistentVolumeClaim: { claimName: 'providers', readOnly: true } },
    ]);
    expect(pod.workerContainer?.volumeMounts).toEqual([
      { name: 'provider-mirror', mountPath: '/opt/spacelift/provider-mirror', readOnly: true },
      { name: 'providers', mountPath: '/opt/spacelift/providers', readOnly: true },
    ]);
    expect(variables(pod.workerContainer)).toEqual({
      TF_CLI_CONFIG_FILE: '/opt/spacelift/provider-mirror/mirror.tfrc',
    });
  });

  it('names a server, and no registry where that is not wanted', () => {
    const { objects } = extended(() => [
      ProviderMirror.fromUrl('https://mirror.example.com/providers/', { registries: false }),
    ]);
    expect(objects.find(({ kind }) => kind === 'ConfigMap')).toMatchObject({
      data: {
        'mirror.tfrc':
          'provider_installation {\n  network_mirror {\n    url = "https://mirror.example.com/providers/"\n  }\n}\n',
      },
    });
  });

  it.each(['http://mirror.example.com/', 'https://mirror.example.com', 'mirror', 'https://a"b/', 'https://${x}/'])(
    'refuses an address that the tool would refuse: %s',
    (url) => {
      expect(() => extended(() => [ProviderMirror.fromUrl(url)])).toThrow('it must begin with https://');
    },
  );

  it('refuses a pool that says otherwise, or has one already', () => {
    const mirror = ProviderMirror.fromUrl('https://mirror.example.com/');
    const pod = { workerContainer: { envVariables: { TF_CLI_CONFIG_FILE: EnvValue.fromValue('/mine.tfrc') } } };
    expect(() => extended(() => [mirror], pod)).toThrow('TF_CLI_CONFIG_FILE of the container worker is "set already"');
    const another = ProviderMirror.fromUrl('https://other.example.com/');
    expect(() => extended(() => [mirror, another])).toThrow('a pool takes one');
  });
});
