import { until } from '../../../../src/cli/demo/kubernetes';
import { DEMO, IMAGES } from '../../../../src/cli/demo/settings';
import { NODE } from '../../../../src/local-cluster/node/layout';
import type { Installation } from '../../../e2e/installation';
import type { NodeProcesses } from './processes';

/** Beside this, strategic merge patches leave lists of containers alone but for the one that they name. */
const CONTROLLER = {
  deployment: `${DEMO.operator.release}-controller-manager`,
  namespace: DEMO.operator.namespace,
  pods: 'control-plane=controller-manager',
  container: 'manager',
} as const;

interface DeploymentObject {
  metadata: { name: string; uid: string };
  spec: {
    strategy: object;
    template: { spec: { containers: { name: string; resources: object }[] } };
  };
}

interface ControllerPod {
  metadata: { name: string; uid: string };
  status: {
    containerStatuses?: { lastState?: Terminated; state?: Terminated }[];
  };
}

interface Terminated {
  readonly terminated?: { readonly reason?: string };
}

/** The parts of the installation that are broken and mended: controller, control plane, network, DNS, images, the node as a whole. */
export class Parts {
  constructor(
    private readonly installation: Installation,
    private readonly node: NodeProcesses,
  ) {}

  /** Kills the control plane's process, as a crash would. */
  async killControlPlane(): Promise<void> {
    const { namespace, name } = DEMO.controlPlane;
    const pod = await this.installation.demo.kubernetes.get('pod', `${name}-0`, namespace);
    if (!this.node.killIn(pod?.metadata.uid ?? '', 'control-plane.mjs')) throw new Error('there is no control plane');
    await this.installation.controlPlaneAnswers();
  }

  /** What Pods send to the control plane vanishes; who asks it from outside of the cluster is answered. */
  async withoutControlPlane<T>(work: () => Promise<T>): Promise<T> {
    const { namespace, name } = DEMO.controlPlane;
    const address = await this.installation.kubectl(
      ...['get', 'service', name, '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}'],
    );
    return this.node.without(address, work);
  }

  withoutDns<T>(work: () => Promise<T>): Promise<T> {
    return this.node.without(NODE.dnsService, work);
  }

  /** Takes an image of the demo from the node. @returns what brings it back */
  async takeImageAway(name: string): Promise<() => Promise<unknown>> {
    const { images, cluster } = this.installation.demo;
    const ctr = ['--address', NODE.containerdSocket, '--namespace', 'k8s.io'];
    await this.node.inside('ctr', ...ctr, 'images', 'remove', '--sync', images[name] ?? '');
    return () => cluster.loadImages(IMAGES);
  }

  /** Takes the power from the node and gives it back; waits until the control plane answers. */
  async reboot(): Promise<void> {
    await this.node.powerOff();
    await this.installation.demo.cluster.up();
    await this.installation.controlPlaneAnswers();
  }

  /** Gives the controller a limit of memory; the one that runs ends first. @returns what gives it back its own */
  async limitController(memory: string): Promise<() => Promise<void>> {
    const { deployment, namespace, container } = CONTROLLER;
    const found = await this.installation.demo.kubernetes.get<DeploymentObject>('deployment', deployment, namespace);
    const own = found?.spec.template.spec.containers.find(({ name }) => name === container)?.resources;
    if (!found || !own) throw new Error(`there is no deployment ${deployment} with a container ${container}`);
    await this.patchController({ type: 'Recreate', rollingUpdate: null }, { limits: { memory }, requests: { memory } });
    return async () => {
      await this.patchController(found.spec.strategy, { limits: null, requests: null, ...own });
      const here = [`deployment/${deployment}`, '-n', namespace];
      await this.installation.kubectl('rollout', 'status', ...here, '--timeout=180s');
    };
  }

  /** Has the controller serve its metrics to everybody in the cluster. */
  async serveMetrics(): Promise<void> {
    const { chart } = DEMO.operator;
    const set = 'metricsService.enabled=true,metricsService.secure=false';
    await this.installation.release('upgrade', chart, '--reuse-values', '--set', set, '--wait');
  }

  /** What a scrape of the controller gives. */
  async controllerMetrics(): Promise<string> {
    const { namespace, pods } = CONTROLLER;
    const [pod] = await this.installation.demo.kubernetes.list<ControllerPod>('pods', namespace, pods);
    const path = `/api/v1/namespaces/${namespace}/pods/http:${pod?.metadata.name}:8443/proxy/metrics`;
    return this.installation.kubectl('get', '--raw', path);
  }

  /** Waits until a container of the controller ended for the reason. */
  async controllerEnded(reason: string): Promise<void> {
    const { namespace, pods } = CONTROLLER;
    const read = () => this.installation.demo.kubernetes.list<ControllerPod>('pods', namespace, pods);
    const reasons = async () =>
      (await read()).flatMap(({ status: { containerStatuses = [] } }) =>
        containerStatuses.map(({ state, lastState }) => (state?.terminated ?? lastState?.terminated)?.reason),
      );
    await until(
      async () => (await reasons()).includes(reason),
      async () => `the controller never ended as ${reason}, but as ${(await reasons()).join(', ')}`,
    );
  }

  private async patchController(strategy: object, resources: object): Promise<void> {
    const { deployment, namespace, container } = CONTROLLER;
    const patch = { spec: { strategy, template: { spec: { containers: [{ name: container, resources }] } } } };
    const here = ['deployment', deployment, '-n', namespace];
    await this.installation.kubectl('patch', ...here, '--type=strategic', '-p', JSON.stringify(patch));
  }
}
