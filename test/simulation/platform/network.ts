/* In place of `src/network` for the clients: no proxy, no TLS, no folder with authorities. */

export const connectorOf = (): undefined => undefined;
export const trustedAuthorities = (): undefined => undefined;
export const publicAuthorities = (): undefined => undefined;
export const requireFips = (): void => undefined;
export class FipsError extends Error {}
export class ProxySettingError extends Error {}
export class Proxies {}
