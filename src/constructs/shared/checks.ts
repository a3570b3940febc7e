import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { HTTP_ADDRESS, LABEL_LIMIT, NAME_PREFIX } from '../../charting/kubernetes-names';

/** An error that names the construct's path, the property, its value and what is allowed. */
export function invalidProp(scope: Construct, id: string, prop: string, value: unknown, allowed: string): Error {
  const path = [scope.node.path, id].filter((part) => part !== '').join('/');
  return new Error(`${path}: ${prop} is ${value === undefined ? 'not set' : JSON.stringify(value)}; ${allowed}`);
}

/** An error that names the call of a value without a construct, its argument, the value and what is allowed. */
export function invalidArgument(call: string, argument: string, value: unknown, allowed: string): Error {
  return new Error(`${call}(): ${argument} is ${JSON.stringify(value)}; it must be ${allowed}`);
}

/** Refuses a name that objects cannot begin with, or that the Pods cannot have as a label. */
export function checkName(scope: Construct, id: string, name: string): void {
  if (new RegExp(NAME_PREFIX).test(name) && name.length <= LABEL_LIMIT) return;
  const allowed = `it must have at most ${LABEL_LIMIT} lowercase letters, digits, dashes and dots, and begin with no dash`;
  throw invalidProp(scope, id, 'name', name, allowed);
}

/** Refuses what no HTTP client can call. */
export function checkHttpUrl(scope: Construct, id: string, prop: string, url: string | undefined): void {
  if (url === undefined || new RegExp(`^${HTTP_ADDRESS}$`).test(url)) return;
  throw invalidProp(scope, id, prop, url, 'it must look like https://host[:port]');
}

/** Refuses what is not a whole number, or below the minimum where there is one. */
export function checkWholeNumber(
  scope: Construct,
  id: string,
  prop: string,
  value: number | undefined,
  minimum?: number,
): void {
  if (value === undefined || isWholeNumber(value, minimum)) return;
  throw invalidProp(scope, id, prop, value, `it must be ${wholeNumber(minimum)}`);
}

/** Refuses what no TCP or UDP port can be. */
export function checkPorts(scope: Construct, id: string, prop: string, ports: readonly (number | undefined)[]): void {
  const wrong = ports.find((port) => port !== undefined && !(isWholeNumber(port, 1) && port <= 65_535));
  if (wrong !== undefined) throw invalidProp(scope, id, prop, wrong, 'a port is a whole number from 1 to 65535');
}

/** Whether it is a whole number, and not below the minimum where there is one. */
export function isWholeNumber(value: number, minimum = -Infinity): boolean {
  return Number.isInteger(value) && value >= minimum;
}

/** What `isWholeNumber` allows, for a sentence. */
export function wholeNumber(minimum?: number): string {
  return minimum === undefined ? 'a whole number' : `a whole number from ${minimum} up`;
}

/** The namespace given, or the chart's; bindings must name the ServiceAccount's, so there has to be one. */
export function requiredNamespace(scope: Construct, id: string, given: string | undefined): string {
  const namespace = given ?? Chart.of(scope).namespace;
  if (namespace === undefined) {
    throw invalidProp(scope, id, 'namespace', namespace, 'name one here, or give the Chart one');
  }
  return namespace;
}
