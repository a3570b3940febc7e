import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';

/** An error that names the construct's path, the property, its value and what is allowed. */
export function invalidProp(scope: Construct, id: string, prop: string, value: unknown, allowed: string): Error {
  const path = [scope.node.path, id].filter((part) => part !== '').join('/');
  return new Error(`${path}: ${prop} is ${value === undefined ? 'not set' : JSON.stringify(value)}; ${allowed}`);
}

/** Refuses what is not a whole number from `minimum` up. */
export function checkWholeNumber(
  scope: Construct,
  id: string,
  prop: string,
  value: number | undefined,
  minimum: number,
): void {
  if (value === undefined || (Number.isInteger(value) && value >= minimum)) return;
  throw invalidProp(scope, id, prop, value, `it must be a whole number from ${minimum} up`);
}

/** The namespace given, or the chart's; bindings must name the ServiceAccount's, so there has to be one. */
export function requiredNamespace(scope: Construct, id: string, given: string | undefined): string {
  const namespace = given ?? Chart.of(scope).namespace;
  if (namespace === undefined) {
    throw invalidProp(scope, id, 'namespace', namespace, 'name one here, or give the Chart one');
  }
  return namespace;
}
