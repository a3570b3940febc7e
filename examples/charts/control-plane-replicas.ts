import { Chart, type ChartProps } from 'cdk8s';
import { PercentOrAbsolute, Secret, Topology } from 'cdk8s-plus-28';
import { ControlPlaneExternalServiceType, TopologySpread, WorkerPoolControlPlane } from 'cdk8s-worker-pools';
import type { Construct } from 'constructs';

/** A control plane of three Pods in three zones: PostgreSQL, S3 and an MQTT broker outside of them, their secrets by reference. */
export class ControlPlaneReplicas extends Chart {
  constructor(scope: Construct, id: string, props?: ChartProps) {
    super(scope, id, { namespace: 'worker-pools-control-plane', ...props });
    const secret = (name: string) => Secret.fromSecretName(this, name, name);
    new WorkerPoolControlPlane(this, 'control-plane', {
      replicas: 3,
      publicUrl: 'https://pools.example.com',
      database: { secret: secret('control-plane-database'), key: 'url' },
      keysSecret: secret('control-plane-keys'),
      s3: { bucket: 'worker-pools', region: 'eu-central-1' },
      serviceAccountAnnotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/worker-pools' },
      mqttBroker: {
        url: 'mqtts://mosquitto.mqtt.svc:8883',
        clientUrl: 'mqtts://mqtt.example.com:8883',
        credentialsSecret: secret('control-plane-broker'),
      },
      externalHttps: { type: ControlPlaneExternalServiceType.LOAD_BALANCER, port: 443 },
      disruptionBudget: { maxUnavailable: PercentOrAbsolute.absolute(1) },
      networkPolicy: {},
      topologySpread: [TopologySpread.over(Topology.ZONE)],
    });
  }
}
