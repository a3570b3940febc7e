import { describe, expect, it } from '@jest/globals';
import { VcsAgents, type VcsAgentPool } from '../../../src';
import { extended, variables } from './support';

const gitlab = { name: 'gitlab', baseEndpoint: 'https://gitlab.internal.example.com' };
const bitbucket = { name: 'bitbucket', baseEndpoint: 'http://192.168.2.2' };

const mapped = {
  SPACELIFT_PRIVATEVCS_MAPPING_NAME_0: 'gitlab',
  SPACELIFT_PRIVATEVCS_MAPPING_BASE_ENDPOINT_0: 'https://gitlab.internal.example.com',
  SPACELIFT_PRIVATEVCS_MAPPING_NAME_1: 'bitbucket',
  SPACELIFT_PRIVATEVCS_MAPPING_BASE_ENDPOINT_1: 'http://192.168.2.2',
};

describe('VcsAgents', () => {
  it('numbers the VCS systems from 0, for init alone', () => {
    const { pod } = extended([VcsAgents.fromAgentPools([gitlab, bitbucket])]);
    expect(variables(pod.initContainer)).toEqual(mapped);
    expect([pod.grpcServerContainer, pod.workerContainer]).toEqual([undefined, undefined]);
  });

  it('goes on counting where a team adds its own', () => {
    const { pod } = extended([VcsAgents.fromAgentPools([gitlab]), VcsAgents.fromAgentPools([bitbucket])]);
    expect(variables(pod.initContainer)).toEqual(mapped);
  });

  it.each<[string, VcsAgentPool[], string]>([
    ['no name', [{ ...gitlab, name: '' }], 'agentPools[0].name is ""; each VCS agent pool is named'],
    ['a name twice', [gitlab, { ...bitbucket, name: 'gitlab' }], 'agentPools[1].name is "gitlab"; each VCS agent pool'],
    [
      'no protocol',
      [{ ...gitlab, baseEndpoint: 'gitlab.example.com' }],
      'agentPools[0].baseEndpoint is "gitlab.example.com"',
    ],
    ['a protocol alone', [{ ...gitlab, baseEndpoint: 'https://' }], 'it must be an address with protocol'],
  ])('refuses %s', (_, agentPools, sentence) => {
    expect(() => extended([VcsAgents.fromAgentPools(agentPools)])).toThrow(sentence);
  });
});
