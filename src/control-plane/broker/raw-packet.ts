/*
 * What is read of a packet before the parser sees it: the parser keeps its errors to words, where the client is to be told a
 * code, and reads properties slowly, however many there are.
 */

/** The version that a CONNECT names, if it is one that the parser does not know. */
export function unknownVersion(connect: Buffer): number | undefined {
  const at = headerBytes(connect);
  const version = connect.length > at + 1 ? connect[at + 2 + connect.readUInt16BE(at)] : undefined;
  return version === undefined || [3, 4, 5].includes(version & 0x7f) ? undefined : version;
}

/** Length of the properties of a PUBLISH in MQTT 5; Infinity for what is malformed. */
export function propertiesBytes(publish: Buffer): number {
  const at = headerBytes(publish);
  if (publish.length < at + 2) return Infinity;
  const hasMessageId = (publish[0]! & 0x06) !== 0;
  const begin = at + 2 + publish.readUInt16BE(at) + (hasMessageId ? 2 : 0);
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const digit = publish[begin + i];
    if (digit === undefined) return Infinity;
    length += (digit & 0x7f) * 0x80 ** i;
    if (digit < 0x80) return length;
  }
  return Infinity;
}

/** A byte, and the length in up to four. */
function headerBytes(packet: Buffer): number {
  let at = 1;
  while (at < 4 && packet[at]! >= 0x80) at++;
  return at + 1;
}
