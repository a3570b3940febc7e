import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../../../../src/cli/api/connection';
import { KeyFiles } from '../../../../src/control-plane/key-files';
import { completeFolder } from '../../../../src/control-plane/new-keys';
import { Authority } from '../../../../src/control-plane/pki/authority';
import { connectionTo, type Ports } from '../../../support/control-plane-process';
import { Replica } from '../../../support/load/replica';
import { Mosquitto } from '../../../support/mosquitto';
import { startPostgres, type PostgresServer } from '../../../support/postgres';
import { S3Server } from '../../../support/s3-server';
import { Gateway, type ServerPair } from './gateway';
import { MqttGateway } from './mqtt-gateway';
import { FaultyPath } from './path';

/** What a control plane is made of. */
export interface Shape {
  readonly database: 'sqlite' | 'postgres';
  /** @default 1 */
  readonly replicas?: number;
  /** @default 'own' */
  readonly broker?: 'own' | 'mosquitto';
  /** Where sources, workspaces and states lie. @default 'files' */
  readonly blobs?: 'files' | 's3';
  /** Who stands before it, beside a load balancer. @default - nobody */
  readonly gateway?: 'http' | 'mqtt';
  /** The name by which it is reached. @default '127.0.0.1' */
  readonly host?: string;
  /** @default - none */
  readonly settings?: (keysDir: string) => readonly string[];
  /** @default - none */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface SiteOptions {
  /** Takes all files. */
  readonly folder: string;
  /** Arguments of Node that run the control plane. */
  readonly program: readonly string[];
}

/** Control planes that serve as one, what they stand on, and the network in between. */
export class Site {
  /** To the control planes' API, and to their own brokers. */
  https!: FaultyPath;
  mqtts!: FaultyPath;
  /** From the control planes to what they stand on. */
  database: FaultyPath | undefined;
  storage: FaultyPath | undefined;
  /** To the broker outside, for everybody. */
  brokerPath: FaultyPath | undefined;
  postgres: PostgresServer | undefined;
  mosquitto: Mosquitto | undefined;
  s3: S3Server | undefined;
  gateway: Gateway | undefined;
  mqttGateway: MqttGateway | undefined;
  readonly replicas: Replica[] = [];
  readonly keysDir: string;
  /** Of the database itself; undefined where it is SQLite. */
  databaseUrl: string | undefined;
  private readonly closers: (() => unknown)[] = [];
  private readonly ports = new Map<string, Ports>();

  private constructor(
    readonly shape: Shape,
    private readonly options: SiteOptions,
  ) {
    this.keysDir = join(options.folder, 'keys');
  }

  static async open(shape: Shape, options: SiteOptions): Promise<Site> {
    const site = new Site(shape, options);
    try {
      await site.build();
      return site;
    } catch (error) {
      await site.close();
      throw error;
    }
  }

  /** The only one, or the first. */
  get replica(): Replica {
    return this.replicas[0]!;
  }

  get folder(): string {
    return this.options.folder;
  }

  get connection(): Connection {
    const { port } = this.gateway ?? this.https;
    const connection = connectionTo(port, this.keysDir);
    return { ...connection, url: this.urlOf('https', port) };
  }

  /** Adds a replica, which is not started. @param more beside what all have */
  addReplica(name: string, more: Readonly<Record<string, string>> = {}): Replica {
    const { program, folder } = this.options;
    const replica = new Replica({
      ...{ name, program, folder },
      settings: this.settings,
      environment: { ...this.environment, ...this.shape.environment, ...more },
      onListen: (ports) => {
        this.ports.set(name, ports);
        this.serveBy([...this.ports.keys()]);
      },
    });
    this.replicas.push(replica);
    this.closers.push(() => replica.stop());
    return replica;
  }

  /** The names of the replicas that new connections go to. */
  serveBy(names: readonly string[]): void {
    const found = names.flatMap((name) => this.ports.get(name) ?? []);
    this.https.backEnds = found.map(({ https }) => https);
    this.mqtts.backEnds = found.map(({ mqtts }) => mqtts);
  }

  /** Does something when all is over, before what was there before it is ended. */
  atEnd(close: () => unknown): void {
    this.closers.push(close);
  }

  async close(): Promise<void> {
    for (const closer of this.closers.splice(0).reverse()) await closer();
  }

  private async build(): Promise<void> {
    const { database, broker = 'own', blobs = 'files', replicas = 1 } = this.shape;
    await completeFolder(this.keysDir);
    this.https = await this.path();
    this.mqtts = await this.path();
    if (database === 'postgres') await this.buildDatabase();
    if (broker === 'mosquitto') await this.buildBroker();
    if (blobs === 's3') await this.buildStorage();
    await this.buildGateways();
    for (let number = 1; number <= replicas; number += 1) await this.addReplica(`replica-${number}`).start();
  }

  private async buildDatabase(): Promise<void> {
    const postgres = await startPostgres();
    this.closers.push(() => postgres.stop());
    this.postgres = postgres;
    this.databaseUrl = await postgres.createDatabase();
    this.database = await this.path(this.databaseUrl);
  }

  private async buildBroker(): Promise<void> {
    const { certificate, key } = await this.pair();
    const authority = await this.authority();
    const mosquitto = await Mosquitto.start({
      'ca.crt': authority.certificatePem,
      'crl.pem': await authority.revocationList([]),
      'server.crt': certificate,
      'server.key': key,
    });
    this.closers.push(() => mosquitto.stop());
    this.mosquitto = mosquitto;
    this.brokerPath = await this.path(mosquitto.url);
  }

  private async buildStorage(): Promise<void> {
    const s3 = await S3Server.start();
    this.closers.push(() => s3.close());
    this.s3 = s3;
    this.storage = await this.path(s3.endpoint);
  }

  private async buildGateways(): Promise<void> {
    const { gateway } = this.shape;
    if (gateway === undefined) return;
    const pair = await this.pair();
    const ca = (await this.authority()).certificatePem;
    if (gateway === 'http') this.gateway = await Gateway.start(pair, ca, () => this.https.port);
    else this.mqttGateway = await MqttGateway.start(pair, ca, () => this.mqtts.port);
    this.closers.push(() => (this.gateway ?? this.mqttGateway)!.close());
  }

  private async path(to?: string): Promise<FaultyPath> {
    const path = await FaultyPath.start(to === undefined ? [] : [Number(new URL(to).port)]);
    this.closers.push(() => path.close());
    return path;
  }

  private get settings(): string[] {
    const { s3, storage, brokerPath, shape } = this;
    return [
      `--keys-dir=${this.keysDir}`,
      `--public-url=${this.urlOf('https', (this.gateway ?? this.https).port)}`,
      ...(brokerPath
        ? [`--mqtt-broker-url=${this.urlOf('mqtts', brokerPath.port)}`]
        : [`--mqtt-url=${this.urlOf('mqtts', (this.mqttGateway ?? this.mqtts).port)}`]),
      ...(s3 && storage
        ? [
            `--blobs-s3-bucket=${s3.bucket}`,
            `--blobs-s3-endpoint=http://127.0.0.1:${storage.port}`,
            '--blobs-s3-region=us-east-1',
            '--blobs-s3-force-path-style',
          ]
        : []),
      ...(shape.settings?.(this.keysDir) ?? []),
    ];
  }

  private get environment(): Record<string, string> {
    const { database, databaseUrl, s3 } = this;
    if (!database || databaseUrl === undefined) return { ...s3?.credentials };
    const url = new URL(databaseUrl);
    url.port = String(database.port);
    return { ...s3?.credentials, WORKER_POOLS_DATABASE_URL: url.href };
  }

  private urlOf(scheme: string, port: number): string {
    return `${scheme}://${this.shape.host ?? '127.0.0.1'}:${port}`;
  }

  private authority(): Promise<Authority> {
    return authorityOf(this.keysDir);
  }

  private pair(): Promise<ServerPair> {
    return Site.issue(this.keysDir, this.shape.host);
  }

  /** A server certificate of the authority whose key is in a folder. */
  static async issue(keysDir: string, ...names: readonly (string | undefined)[]): Promise<ServerPair> {
    const given = names.filter((name) => name !== undefined);
    return (await authorityOf(keysDir)).issueServer(['127.0.0.1', 'localhost', ...given]);
  }

  static authorityIn(keysDir: string): string {
    return readFileSync(join(keysDir, 'ca.crt'), 'utf8');
  }
}

const authorityOf = (keysDir: string): Promise<Authority> =>
  Authority.open(
    KeyFiles.given(keysDir, [], () => undefined),
    Date.now,
  );
