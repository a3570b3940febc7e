import type { INetworkPolicyPeer, ISecret } from 'cdk8s-plus-28';

/** How others reach a control plane, and whom it reaches. */
export interface ControlPlaneExposureProps {
  /**
   * Whether the control plane speaks TLS. Its certificate is of its own authority, which every token carries, or of
   * `tlsSecret`. If false, a proxy such as the ingress ends TLS, with a certificate that the worker Pods trust anyway.
   *
   * @default true
   */
  readonly tls?: boolean;

  /**
   * Secret with the certificate that the control plane shows, as cert-manager writes it: `tls.crt`, `tls.key` and `ca.crt`, the
   * latter unless everybody trusts it. It is taken again when it changes.
   *
   * @default - one of its own authority, which it renews by itself
   */
  readonly tlsSecret?: ISecret;

  /**
   * More names and addresses for the server certificate, beside those of the public URL.
   *
   * @default - none
   */
  readonly tlsSans?: string[];

  /**
   * Proxies in front whose X-Forwarded-For is believed: addresses, or networks such as 10.0.0.0/8. Where a proxy such as the
   * Ingress ends TLS and is not among them, one program that guesses API keys delays everybody's log-ins.
   *
   * @default - none
   */
  readonly trustedProxies?: string[];

  /**
   * Where webhooks may be sent, beside public addresses: addresses, or networks such as `10.0.0.0/8`.
   *
   * @default - none
   */
  readonly webhookNetworks?: string[];

  /**
   * More labels of the Service inside the cluster.
   *
   * @default - none
   */
  readonly serviceLabels?: Record<string, string>;

  /**
   * Annotations of the Service inside the cluster.
   *
   * @default - none
   */
  readonly serviceAnnotations?: Record<string, string>;

  /**
   * Port of every node at which HTTPS is reachable from outside the cluster, 30000 to 32767. Short for `externalHttps`.
   *
   * @default - reachable inside the cluster only
   */
  readonly nodePort?: number;

  /**
   * A Service by which HTTPS is reachable from outside the cluster.
   *
   * @default - none
   */
  readonly externalHttps?: ControlPlaneExternalService;

  /**
   * Whether there is MQTT. If false, pools need `commsProtocol` poll.
   *
   * @default true
   */
  readonly mqtt?: boolean;

  /**
   * Address of the embedded broker that is written into tokens.
   *
   * @default - port 8883 at the host of the public URL
   */
  readonly mqttUrl?: string;

  /**
   * An MQTT 5 broker outside, in the place of the embedded one, which only one Pod can have.
   *
   * @default - the embedded one
   */
  readonly mqttBroker?: ControlPlaneMqttBroker;

  /**
   * A Service by which MQTT is reachable from outside the cluster.
   *
   * @default - none
   */
  readonly externalMqtt?: ControlPlaneExternalService;

  /**
   * Ingress for HTTPS, at the host of the public URL.
   *
   * @default - none
   */
  readonly ingress?: ControlPlaneIngress;

  /**
   * NetworkPolicy of the control plane. It closes what it does not name.
   *
   * @default - none
   */
  readonly networkPolicy?: ControlPlaneNetworkPolicy;
}

/** An MQTT 5 broker outside, in the place of the embedded one. */
export interface ControlPlaneMqttBroker {
  /** Address at which the control plane reaches the broker, as `mqtts://host[:port]`. */
  readonly url: string;

  /**
   * Address of the broker that is written into tokens.
   *
   * @default - the one that the control plane uses
   */
  readonly clientUrl?: string;

  /**
   * Secret with the certificate and the key by which the control plane proves itself to the broker, and with the CA of the
   * broker: `tls.crt`, `tls.key` and `ca.crt`.
   *
   * @default - no client certificate, and the CAs of the image
   */
  readonly credentialsSecret?: ISecret;
}

/** Type of a Service by which the control plane is reachable from outside the cluster. */
export enum ControlPlaneExternalServiceType {
  /** A port of every node. */
  NODE_PORT = 'NodePort',
  /** A load balancer of the cloud. */
  LOAD_BALANCER = 'LoadBalancer',
}

/** Which nodes hand traffic from outside on. */
export enum ControlPlaneTrafficPolicy {
  /** Every node. */
  CLUSTER = 'Cluster',
  /** A node with a Pod of the control plane, which keeps the clients' addresses. */
  LOCAL = 'Local',
}

/** A Service by which the control plane is reachable from outside the cluster. */
export interface ControlPlaneExternalService {
  /** Type of the Service. */
  readonly type: ControlPlaneExternalServiceType;

  /**
   * Port of the Service.
   *
   * @default - 8443 for HTTPS, 8883 for MQTT
   */
  readonly port?: number;

  /**
   * Port of every node, 30000 to 32767.
   *
   * @default - Kubernetes picks one where the type has such ports
   */
  readonly nodePort?: number;

  /**
   * More labels of the Service.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of the Service, such as those of a cloud for its load balancers.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Class of the load balancer.
   *
   * @default - the default one of the cluster
   */
  readonly loadBalancerClass?: string;

  /**
   * Networks that the load balancer lets through, where empty means all.
   *
   * @default - all
   */
  readonly loadBalancerSourceRanges?: string[];

  /**
   * Which nodes hand traffic on.
   *
   * @default - every node
   */
  readonly externalTrafficPolicy?: ControlPlaneTrafficPolicy;
}

/** An Ingress for HTTPS, at the host of the public URL. */
export interface ControlPlaneIngress {
  /**
   * IngressClass.
   *
   * @default - the cluster's default class
   */
  readonly className?: string;

  /**
   * More labels of the Ingress.
   *
   * @default - none
   */
  readonly labels?: Record<string, string>;

  /**
   * Annotations of the Ingress. With a certificate of its own authority the control plane needs TLS passed through, unended:
   * nginx does with
   * `nginx.ingress.kubernetes.io/ssl-passthrough: "true"`.
   *
   * @default - none
   */
  readonly annotations?: Record<string, string>;

  /**
   * Secret with the certificate by which the Ingress ends TLS. Only where `tls` is false, or `tlsSecret` has a certificate of the same CA.
   *
   * @default - the Ingress controller's own certificate, where it ends TLS
   */
  readonly tlsSecret?: ISecret;
}

/** With whom the control plane may talk. DNS is always allowed, and so are the kubelet's probes. */
export interface ControlPlaneNetworkPolicy {
  /**
   * Peers that may use HTTPS and MQTT.
   *
   * @default - everybody
   */
  readonly clientPeers?: INetworkPolicyPeer[];

  /**
   * Peers that may scrape the metrics.
   *
   * @default - everybody
   */
  readonly metricsPeers?: INetworkPolicyPeer[];

  /**
   * TCP ports that the control plane may connect to, at any address, where database, blobs, broker or traces are outside:
   * S3 (443), traces (4318), PostgreSQL (5432), MQTT (8883).
   *
   * @default [443, 4318, 5432, 8883]
   */
  readonly egressPorts?: number[];

  /**
   * Peers that the control plane may connect to at any port, for example a proxy.
   *
   * @default - none
   */
  readonly egressPeers?: INetworkPolicyPeer[];
}
