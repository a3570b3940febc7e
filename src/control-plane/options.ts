import type { Logger } from 'pino';
import type { BlobOptions } from './blobs';
import type { Retention } from './retention';
import type { AdminService } from './admin/admin-service';

export interface ControlPlaneOptions {
  /** Folder for the database, sources, run states, certificates and keys; made when missing. */
  readonly dataDir: string;
  /**
   * Folder with the keys, such as a mounted Secret: nothing is written to it. Several processes need one with the same keys.
   * @default dataDir, where missing ones are made
   */
  readonly keysDir?: string;
  /**
   * Folder with `tls.crt` and `tls.key`, and `ca.crt` unless everybody trusts them: the certificate of the server, taken
   * again when it changes.
   * @default certificates of the control plane's own authority
   */
  readonly tlsDir?: string;
  /** Address to listen on; `localhost`: both of the loopback, `::`: every one. @default '127.0.0.1' */
  readonly host?: string;
  /** Port of HTTP: worker protocol, GraphQL, API, web page. 0 takes a free one. @default CONTROL_PLANE_PORT.https */
  readonly port?: number;
  /**
   * Port of the embedded MQTT broker. 0 takes a free one; null starts none.
   * @default CONTROL_PLANE_PORT.mqtts; 0 if port is; none with `mqttBroker`
   */
  readonly mqttPort?: number | null;
  /** Port of /metrics, /healthz and /readyz in plain HTTP. 0 takes a free one. @default none */
  readonly metricsPort?: number;
  /** `https://host:port` that workers and people use; it goes into tokens. @default made from host and port */
  readonly publicUrl?: string;
  /** A broker to use in place of the embedded one, or beside it where `mqttPort` is given as well. */
  readonly mqttBroker?: MqttBrokerOptions;
  /** `mqtts://host:port` that goes into tokens. @default that of `mqttBroker`; else made from publicUrl's host and the MQTT port */
  readonly mqttUrl?: string;
  /** More names and addresses for the server certificate, beside those of the URLs and localhost. */
  readonly tlsSans?: readonly string[];
  /** False: plain HTTP and MQTT, for a proxy in front that ends TLS. @default true */
  readonly tls?: boolean;
  /** Image of `init` and `launcher-grpc`, told to the controller with every run. */
  readonly launcherImage: string;
  /** Runner image of stacks that name none. */
  readonly defaultRunnerImage: string;
  /** The same of stacks that Ansible runs. @default ANSIBLE_RUNNER_IMAGE */
  readonly defaultAnsibleRunnerImage?: string;
  /** Whether one has to log in to see the web pages, or everybody sees them. @default 'basic' */
  readonly web?: 'basic' | 'open';
  /** Proxies whose `X-Forwarded-For` is believed: addresses, or networks such as `10.0.0.0/8`. @default none */
  readonly trustedProxies?: readonly string[];
  /** Where webhooks may be sent, beside public addresses: addresses, or networks such as `10.0.0.0/8`. @default none */
  readonly webhookNetworks?: readonly string[];
  /** The API key, in place of the one made at first start. */
  readonly apiKey?: { readonly id: string; readonly secret: string };
  /** How long a Pod may take to start, in seconds. @default START_DEADLINE_SECONDS */
  readonly startDeadlineSeconds?: number;
  /**
   * `postgresql://user:password@host:port/database`, for any number of control planes that serve alike.
   * @default SQLite in dataDir, for one
   */
  readonly databaseUrl?: string;
  /** For how long runs and logs are kept, and how much of a log. @default RETENTION */
  readonly retention?: Partial<Retention>;
  readonly blobs?: BlobOptions;
  /** How long `close` waits for answers and uploads that are under way. @default SHUTDOWN_GRACE_SECONDS */
  readonly shutdownGraceSeconds?: number;
  /**
   * How long `close` goes on as before once it is not ready any more, until everybody sends new connections to another
   * process; part of the grace. @default 0
   */
  readonly shutdownDelaySeconds?: number;
  /** Whether spans are sent by OTLP over HTTP, to where the variables of OpenTelemetry (OTEL_*) say. @default false */
  readonly traces?: boolean;
  /** Shown by the metrics. @default '0.0.0' */
  readonly version?: string;
  readonly logger?: Logger;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
  /** How often leases are looked at, in milliseconds; 0: never. @default 5000 */
  readonly sweepEveryMs?: number;
  /** Runs the database in this thread, for tests: quick to open, and it holds up everything else. @default false */
  readonly databaseInProcess?: boolean;
}

/** A broker of MQTT 5 that every process of the control plane, and every pool, is a client of. */
export interface MqttBrokerOptions {
  /** `mqtts://host:port` for the control plane itself. */
  readonly url: string;
  /** `mqtts://host:port` for pools: it goes into their tokens. @default url */
  readonly clientUrl?: string;
  /** PEM of the authority that signed the broker's certificate; it goes into tokens beside the control plane's own. @default the control plane's own */
  readonly ca?: string;
  /** PEM of the certificate and key that the control plane shows to the broker. @default made by its own authority for CONTROL_PLANE_CLIENT */
  readonly cert?: string;
  readonly key?: string;
}

/** A running control plane. */
export interface ControlPlane {
  /** Where it is reached on this machine: `https://127.0.0.1:port`. */
  readonly url: string;
  /** `mqtts://127.0.0.1:port`, or '' without a broker. */
  readonly mqttUrl: string;
  /** `http://127.0.0.1:port` of /metrics, /healthz and /readyz, or ''. */
  readonly metricsUrl: string;
  /** What tokens of pools say: the public URL. */
  readonly endpoint: string;
  /** PEM of the authority that signed its certificate. */
  readonly ca: string;
  readonly apiKey: { readonly id: string; readonly secret: string };
  /** Everything that GraphQL can do, in process. */
  readonly admin: AdminService;
  /** Answers what is under way, within the grace time, and ends. */
  close(): Promise<void>;
}
