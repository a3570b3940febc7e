import { randomUUID } from '../platform/crypto';
import { volumes, Volumes } from '../platform/files';
import { wire } from '../platform/undici';
import type { PoolIssuer } from '../../../src/control-plane/identity/pool-issuer';
import { PODS, SECRETS, type KubeObject } from '../../../src/controller/runtime';
import { WORKER_POOLS, WORKERS } from '../../../src/controller/resources';
import type { RunPod } from '../../../src/controller/run/pod';
import { encodeToken, parseToken } from '../../../src/protocol/token';
import { SimulatedApiServer } from '../api-server';
import { Weather } from '../faults/weather';
import { Random } from '../random';
import type { Schedule } from '../schedule';
import { SimulatedBlobs } from './blobs';
import { ControlPlaneReplica } from './control-plane';
import { CONTROLLER_NAMESPACE, ControllerReplica } from './controller';
import { Machine } from './machine';
import { SimulatedNetwork } from './network';
import { SimulatedNode } from './node';
import type { Acknowledged, PodObserver } from './observers';
import type { PodOnNode } from './pod';
import { SimulatedProcess } from './process';
import { Scheduler } from './scheduler';
import { POOL_NAME, type Credentials, type Template } from './template';
import { Timeline } from './timeline';
import type { WorkScript } from './work';

export const NAMESPACE = 'team';
const SECRET = 'pool-credentials';
/** How long the kubelet of a controller's Pod takes to start another. */
const RESTART_MS: readonly [number, number] = [1_000, 12_000];

const podOf = (object: unknown): RunPod => object as RunPod;

/** Everything that there is: a cluster with its controllers and nodes, a control plane, and what lies between them. */
export class World {
  readonly scheduler = new Scheduler();
  readonly timeline: Timeline;
  /** What all of it runs on. */
  readonly machine: Machine;
  readonly random: Random;
  readonly weather: Weather;
  readonly volumes = new Volumes();
  readonly blobs = new SimulatedBlobs();
  readonly network: SimulatedNetwork;
  readonly api: SimulatedApiServer;
  readonly nodes: SimulatedNode[] = [];
  controllers: (ControllerReplica | undefined)[] = [];
  replicas: (ControlPlaneReplica | undefined)[] = [];
  /** Of the server of the database, where there are two control planes. */
  readonly databaseServer: SimulatedProcess;
  /** Told of entries of logs that were acknowledged. */
  onLogs: (entries: readonly Acknowledged[]) => void = () => undefined;
  private resets = 0;
  private started = 0;
  private readonly surroundings: SimulatedProcess;

  constructor(
    readonly template: Template,
    readonly schedule: Schedule,
    private readonly observe: PodObserver,
    isKept: boolean,
  ) {
    const { seed, shape } = schedule;
    this.random = new Random(seed).fork('world');
    this.machine = new Machine(this.scheduler, this.random, isKept);
    this.timeline = new Timeline(this.scheduler, isKept);
    this.weather = new Weather(this.random.fork('weather'));
    this.surroundings = new SimulatedProcess(this.scheduler, 'world');
    this.databaseServer = new SimulatedProcess(this.scheduler, 'database');
    this.network = new SimulatedNetwork(this.scheduler, this.weather, this.random.fork('network').next);
    const { clock } = this.surroundings;
    this.api = new SimulatedApiServer({ clock, random: this.random.fork('api').next, faults: this.weather });
    volumes.now = this.volumes;
    wire.send = (origin, options) => this.network.send(origin, options);
    template.database.load(template.content);
    template.database.tell = (from, topics) => this.tell(from, topics);
    for (let node = 1; node <= shape.nodes; node++) this.nodes.push(this.node(`node-${node}`));
    this.api.onChange(({ resource, type, object }) => {
      if (resource === 'pods') this.takePod(type, podOf(object));
    });
  }

  /** People install everything. */
  install(): void {
    const { user } = this.api;
    for (const namespace of [NAMESPACE, CONTROLLER_NAMESPACE]) user.createNamespace(namespace);
    user.create(SECRETS, NAMESPACE, { metadata: { name: SECRET }, ...secretOf(this.credentials) });
    this.createPool(this.schedule.shape.poolSize);
    for (let index = 0; index < this.schedule.shape.replicas; index++) this.startControlPlane(index);
    for (let index = 0; index < this.schedule.shape.controllers; index++) this.startController(index);
  }

  createPool(poolSize: number): void {
    const reference = (key: string) => ({ secretKeyRef: { name: SECRET, key } });
    const spec = { poolSize, commsProtocol: 'poll', token: reference('token'), privateKey: reference('privateKey') };
    this.api.user.create(WORKER_POOLS, NAMESPACE, { metadata: { name: POOL_NAME }, spec } as KubeObject);
  }

  get credentials(): Credentials {
    return this.template.credentials[this.resets]!;
  }

  /** Whether there are credentials left for another reset. */
  get canReset(): boolean {
    return this.resets + 1 < this.template.credentials.length;
  }

  /** The control plane gets them first, then somebody writes them into the Secret. */
  async resetCredentials(): Promise<void> {
    const replica = this.anyControlPlane();
    if (!replica || !this.canReset) return;
    this.resets += 1;
    const { csr } = this.credentials;
    await replica.admin.resetPool(this.template.poolId, csr);
    this.scheduler.after(this.random.between(100, 40_000), () => {
      this.api.user.patch(SECRETS, NAMESPACE, SECRET, secretOf(this.credentials));
    });
  }

  /** A restored control plane knows the credentials of its backup: people make those the pool's again. */
  takeBackCredentials(): void {
    const [pool] = this.template.database.query('SELECT fingerprint FROM pools');
    const known = this.template.credentials.findIndex(({ issued }) => issued.fingerprint === pool?.fingerprint);
    if (known < 0 || known === this.resets) return;
    this.resets = known;
    this.api.user.patch(SECRETS, NAMESPACE, SECRET, secretOf(this.credentials));
  }

  startControlPlane(index: number): void {
    const { template, scheduler, timeline, schedule, blobs } = this;
    const name = `control-plane-${index + 1}`;
    const isShared = schedule.shape.replicas > 1;
    this.replicas[index] = new ControlPlaneReplica(name, {
      ...{ template, scheduler, timeline, blobs: blobs.blobs, sweepEveryMs: schedule.shape.sweepEveryMs },
      issuer: this.issuer(),
      onLogs: (entries) => this.onLogs(entries),
      ...(isShared && { databaseNow: () => this.databaseServer.clock.now() }),
    });
    this.network.servers = this.replicas.filter((replica) => replica !== undefined);
    timeline.note(name, 'starts');
  }

  startController(index: number): void {
    const { scheduler, timeline, api, network, random } = this;
    const name = `controller-${index + 1}`;
    this.started += 1;
    const parts = { scheduler, timeline, api, network, random: random.fork(`${name}/${this.started}`).next };
    const made = new ControllerReplica(`${name}.${this.started}`, parts);
    this.controllers[index] = made;
    timeline.note(made.process.name, 'starts');
    made.start((how) => {
      timeline.note(made.process.name, `ended: ${how}`);
      this.controllers[index] = undefined;
      scheduler.after(random.between(...RESTART_MS), () => this.startController(index));
    });
  }

  anyControlPlane(): ControlPlaneReplica | undefined {
    return this.replicas.find((replica) => replica?.process.isAlive && !replica.process.isPaused);
  }

  /** Nobody is there any more. */
  end(): void {
    for (const one of [...this.controllers, ...this.replicas]) one?.process.kill();
    for (const node of this.nodes) node.crash();
    this.machine.end();
  }

  get workers(): readonly KubeObject[] {
    return this.api.objects(WORKERS);
  }

  get pods(): readonly RunPod[] {
    return this.api.objects(PODS).map(podOf);
  }

  /** Run Pods on nodes, with what runs in them. */
  get running(): readonly PodOnNode[] {
    return this.nodes.flatMap(({ pods }) => [...pods.values()]).filter((pod) => !pod.isOver);
  }

  /** The control plane's, which has its own keys: it gives out what was made for this beforehand. */
  private issuer(): PoolIssuer {
    const { template } = this;
    const issued = (csr: string) => template.credentials.find((one) => one.csr === csr)?.issued;
    const token = () => encodeToken(this.credentials.token);
    return { issue: (_id: string, csr: string) => Promise.resolve(issued(csr)), token } as unknown as PoolIssuer;
  }

  private tell(from: SimulatedProcess, topics: readonly string[]): void {
    for (const replica of this.replicas) {
      if (!replica) continue;
      if (replica.process === from) queueMicrotask(() => from.deliver(() => replica.hear(topics)));
      else this.scheduler.after(3, () => replica.process.deliver(() => replica.hear(topics)));
    }
  }

  private takePod(type: string, pod: RunPod): void {
    const { scheduler, random, nodes } = this;
    const { nodeName } = pod.spec;
    if (type === 'DELETED') {
      nodes.find(({ name }) => name === nodeName)?.lose(pod.metadata.uid ?? '');
      return;
    }
    if (nodeName === undefined) {
      if (type === 'ADDED') scheduler.after(random.between(20, 500), () => this.bind(pod));
      return;
    }
    const node = nodes.find(({ name }) => name === nodeName);
    scheduler.after(random.between(1, 50), () => {
      const live = this.pods.find(({ metadata }) => metadata.uid === pod.metadata.uid);
      if (live) node?.take(live);
    });
  }

  private bind(pod: RunPod): void {
    const up = this.nodes.filter(({ isReady, isCordoned }) => isReady && !isCordoned);
    if (up.length > 0) this.api.kubelet.bind(pod as never, this.random.pick(up).name);
    else this.scheduler.after(5_000, () => this.bind(pod));
  }

  private node(name: string): SimulatedNode {
    const { random, scheduler, timeline, volumes: disk, network, observe, api } = this;
    return new SimulatedNode(name, {
      ...{ scheduler, timeline, network, observe, volumes: disk, random: random.fork(name) },
      secret: () => this.secret(),
      script: () => this.script(),
      api: {
        setStatus: (pod, status) => api.kubelet.setStatus(pod as never, status),
        finish: (pod) => api.kubelet.finish(pod as never),
      },
      podsOf: (node) => api.kubelet.pods(node).map(podOf),
    });
  }

  /** As it lies in the Secret now, which may lag behind the control plane. */
  private secret() {
    const secret = this.api.user.get(SECRETS, NAMESPACE, SECRET) as unknown as { data: Record<string, string> };
    const [token, privateKey] = ['token', 'privateKey'].map((key) =>
      Buffer.from(secret.data[key]!, 'base64').toString('utf8'),
    );
    return { token: parseToken(token!), privateKey: privateKey! };
  }

  private script(): WorkScript {
    const { failing, changing, longestStepMs } = this.schedule.shape;
    const random = this.random.fork(`script/${randomUUID()}`);
    return {
      stepMs: random.between(200, longestStepMs),
      linesPerStep: random.between(1, 4),
      hasChanges: random.chance(changing),
      ...(random.chance(failing) && { failsAt: random.between(1, 2) }),
      stopMs: random.between(10, 4_000),
    };
  }
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function secretOf({ token, privateKeyPem }: Credentials): { data: Record<string, string> } {
  return { data: { token: base64(encodeToken(token)), privateKey: base64(base64(privateKeyPem)) } };
}
