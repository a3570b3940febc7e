/** Reason codes of MQTT 5 that the broker gives. */
export const REASON = {
  success: 0x00,
  malformedPacket: 0x81,
  protocolError: 0x82,
  implementationSpecific: 0x83,
  unsupportedVersion: 0x84,
  clientIdNotValid: 0x85,
  badCredentials: 0x86,
  notAuthorized: 0x87,
  serverUnavailable: 0x88,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  connectionRateExceeded: 0x9f,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
  sharedSubscriptionsNotSupported: 0x9e,
} as const;

/** Return codes of MQTT 3.1.1 for a CONNECT; it has none for what is not here, and the connection just ends. */
export const RETURN_CODE: { readonly [reason: number]: number } = {
  [REASON.unsupportedVersion]: 1,
  [REASON.clientIdNotValid]: 2,
  [REASON.serverUnavailable]: 3,
  [REASON.quotaExceeded]: 3,
  [REASON.connectionRateExceeded]: 3,
  [REASON.badCredentials]: 4,
  [REASON.badAuthenticationMethod]: 5,
  [REASON.implementationSpecific]: 5,
  [REASON.notAuthorized]: 5,
};

/** Why a connection is not made, or ends: the code for the client's program, the sentence for people. */
export class Ending extends Error {
  override readonly name = 'Ending';

  constructor(
    readonly reason: number,
    message: string,
  ) {
    super(message);
  }
}

/** Why a connection ends whose proof was refused. That there were too many tries says nothing of the proof. */
export function endingOf(
  { code, message }: { readonly code: string; readonly message: string },
  refused: number,
): Ending {
  return new Ending(code === 'too-many-requests' ? REASON.connectionRateExceeded : refused, message);
}
