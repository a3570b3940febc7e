import mqtt, { MqttClient, type IClientOptions } from 'mqtt';
import { destinationOf, Proxies } from '../../network/proxies';
import { openTunnel } from '../../network/tunnel';

export interface OpenMqttOptions {
  /** How long a proxy may take to open a way, in milliseconds. */
  readonly withinMs: number;
  readonly signal: AbortSignal;
  /** @default those of the process's variables */
  readonly proxies?: Proxies;
}

/** A client of MQTT that begins to connect, through the proxy that the rule names. @throws ProxyError */
export async function openMqtt(
  url: string,
  options: IClientOptions,
  { withinMs, signal, proxies = new Proxies() }: OpenMqttOptions,
): Promise<MqttClient> {
  const to = destinationOf(url);
  const proxy = proxies.for(to);
  if (!proxy) return mqtt.connect(url, options);
  const socket = await openTunnel(proxy, to, { withinMs, signal });
  if (!to.isSecure) return new MqttClient(() => socket, options);
  // The library hands its options to Node's TLS as they are.
  const overTunnel: IClientOptions & { readonly socket: typeof socket } = { ...options, socket };
  return mqtt.connect(url, overTunnel);
}
