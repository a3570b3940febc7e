import type { KubeObject, ResourceType } from '../../../src/controller/runtime';
import { errorFromAnswer } from '../../../src/controller/runtime';
import { resourcePath } from '../../../src/controller/runtime/objects';
import type { RawAnswer } from './answers';
import type { DeleteBody } from './deletion';
import { NAMESPACES } from './kinds';
import type { ApiRequest, Stored } from './types';

const MERGE = 'application/merge-patch+json';

/** What people and their tools do: answered at once and without faults. Each throws a KubeError where it is refused. */
export class User {
  constructor(private readonly handle: (request: ApiRequest) => RawAnswer) {}

  createNamespace(name: string): void {
    this.create(NAMESPACES, undefined, { metadata: { name } });
  }

  deleteNamespace(name: string): void {
    this.delete(NAMESPACES, undefined, name);
  }

  /** Undefined when there is none. */
  get(resource: ResourceType, namespace: string | undefined, name: string): Stored | undefined {
    const answer = this.handle({ by: 'user', method: 'GET', path: resourcePath(resource, namespace, name) });
    return answer.status === 404 ? undefined : (JSON.parse(answer.text) as Stored);
  }

  create(resource: ResourceType, namespace: string | undefined, body: KubeObject): Stored {
    return this.ask('POST', resourcePath(resource, namespace), body);
  }

  /** A merge patch. */
  patch(resource: ResourceType, namespace: string | undefined, name: string, body: object): Stored {
    return this.ask('PATCH', resourcePath(resource, namespace, name), body, MERGE);
  }

  delete(resource: ResourceType, namespace: string | undefined, name: string, options: DeleteBody = {}): void {
    this.ask('DELETE', resourcePath(resource, namespace, name), options);
  }

  scale(resource: ResourceType, namespace: string, name: string, replicas: number): void {
    this.ask('PATCH', resourcePath(resource, namespace, name, 'scale'), { spec: { replicas } }, MERGE);
  }

  /** As `kubectl drain` does: false where a budget does not let the Pod go. */
  evict(namespace: string, name: string): boolean {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
    const body = JSON.stringify({ apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } });
    const answer = this.handle({ by: 'user', method: 'POST', path, body });
    if (answer.status === 429) return false;
    return okay('POST', path, answer) !== undefined;
  }

  private ask(method: ApiRequest['method'], path: string, body: object, contentType?: string): Stored {
    return okay(method, path, this.handle({ by: 'user', method, path, body: JSON.stringify(body), contentType }));
  }
}

function okay(method: string, path: string, { status, text }: RawAnswer): Stored {
  if (status >= 400) throw errorFromAnswer(`${method} ${path}`, status, text);
  return JSON.parse(text) as Stored;
}
