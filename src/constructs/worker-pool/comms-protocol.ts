/** Transports between operator and control plane. */
export enum CommsProtocol {
  /** A session of MQTT, over which the control plane announces runs. */
  MQTT = 'mqtt',
  /** HTTP requests that wait for a run; needs no connection but HTTPS. */
  POLL = 'poll',
}
