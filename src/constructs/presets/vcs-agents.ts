import { EnvValue } from 'cdk8s-plus-28';
import { INIT_VARIABLE } from '../../api';
import { invalidProp } from '../shared/checks';
import type { IWorkerPoolExtension, WorkerPool } from '../worker-pool/worker-pool';

const { vcsAgentPoolName: NAME, vcsAgentBaseEndpoint: BASE_ENDPOINT } = INIT_VARIABLE;

/** Where the runs find the VCS system that a VCS agent pool stands for. */
export interface VcsAgentPool {
  /** Name of the VCS agent pool in the control plane. */
  readonly name: string;

  /** Address of the VCS system as the run Pods reach it, with protocol, such as "https://gitlab.internal.example.com". */
  readonly baseEndpoint: string;
}

/**
 * Lets runs fetch their source from VCS systems that only the cluster reaches, and which the control plane asks through
 * VCS agents. The run Pods need a direct way to them.
 *
 * Source: "VCS Agents" in Spacelift's page on worker pools, and "Using VCS Agents with Kubernetes Workers".
 *
 * @throws where a name is empty or a second time on the pool, or an address has no protocol
 */
export class VcsAgents implements IWorkerPoolExtension {
  /** The VCS systems behind these agent pools. */
  public static fromAgentPools(agentPools: VcsAgentPool[]): VcsAgents {
    return new VcsAgents(agentPools);
  }

  private constructor(private readonly agentPools: VcsAgentPool[]) {}

  /** Names the VCS systems to the init containers of a pool's run Pods. */
  public extend(pool: WorkerPool): void {
    const { env } = pool.initContainer;
    for (const [position, { name, baseEndpoint }] of this.agentPools.entries()) {
      const named = Object.entries(env.variables).filter(([variable]) => variable.startsWith(NAME));
      const property = `agentPools[${position}]`;
      if (name === '' || named.some(([, { value }]) => value === name)) {
        throw invalidProp(pool, 'VcsAgents', `${property}.name`, name, 'each VCS agent pool is named, and named once');
      }
      if (!/^https?:\/\/[^/\s]/.test(baseEndpoint)) {
        const allowed = 'it must be an address with protocol, such as https://gitlab.example.com';
        throw invalidProp(pool, 'VcsAgents', `${property}.baseEndpoint`, baseEndpoint, allowed);
      }
      // The numbers have no gaps: the launcher counts up from 0.
      env.addVariable(`${NAME}${named.length}`, EnvValue.fromValue(name));
      env.addVariable(`${BASE_ENDPOINT}${named.length}`, EnvValue.fromValue(baseEndpoint));
    }
  }
}
