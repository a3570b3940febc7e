import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { NAME, PORT } from '../../charting/kubernetes-names';
import { violationOfRule } from '../../charting/rule';
import type { ValueSchema } from '../../charting/values';

/** An error that names the construct's path, the property, its value and what is allowed. */
export function invalidProp(scope: Construct, id: string, prop: string, value: unknown, allowed: string): Error {
  const path = [scope.node.path, id].filter((part) => part !== '').join('/');
  return new Error(`${path}: ${prop} is ${value === undefined ? 'not set' : JSON.stringify(value)}; ${allowed}`);
}

/** An error that names the call of a value without a construct, its argument, the value and what is allowed. */
export function invalidArgument(call: string, argument: string, value: unknown, allowed: string): Error {
  return new Error(`${call}(): ${argument} is ${JSON.stringify(value)}; it must be ${allowed}`);
}

/** Refuses what a rule does not allow; what is not set is allowed. */
export function checkRule(scope: Construct, id: string, prop: string, rule: ValueSchema, value: unknown): void {
  const found = value === undefined ? undefined : violationOfRule(rule, value);
  if (found !== undefined) throw invalidProp(scope, id, prop, found.value, found.allowed);
}

/** Refuses a name that objects cannot begin with, or that the Pods cannot have as a label. */
export function checkName(scope: Construct, id: string, name: string): void {
  checkRule(scope, id, 'name', NAME, name);
}

/** Refuses what is not a whole number, or below the minimum where there is one. */
export function checkWholeNumber(
  scope: Construct,
  id: string,
  prop: string,
  value: number | undefined,
  minimum?: number,
): void {
  checkRule(scope, id, prop, { type: 'integer', minimum }, value);
}

/** Refuses what no TCP or UDP port can be. */
export function checkPorts(scope: Construct, id: string, prop: string, ports: readonly (number | undefined)[]): void {
  ports.forEach((port) => checkRule(scope, id, prop, { type: 'integer', ...PORT }, port));
}

/** The namespace given, or the chart's; bindings must name the ServiceAccount's, so there has to be one. */
export function requiredNamespace(scope: Construct, id: string, given: string | undefined): string {
  const namespace = given ?? Chart.of(scope).namespace;
  if (namespace === undefined) {
    throw invalidProp(scope, id, 'namespace', namespace, 'name one here, or give the Chart one');
  }
  return namespace;
}
