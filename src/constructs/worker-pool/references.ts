import type { IResource, Resource } from 'cdk8s-plus-28';

/** An object that a pool knows by its name alone, so that it must lie in the pool's namespace. */
export interface Reference {
  /** The property that refers to it. */
  readonly prop: string;
  readonly to: IResource | undefined;
}

/** Which of the objects lie elsewhere; those that are only named, or have no namespace yet, may lie anywhere. */
export function strangers(references: readonly Reference[], namespace: string | undefined): string[] {
  return references.flatMap(({ prop, to }) => {
    // Not instanceof: an app may have a second copy of cdk8s-plus.
    const other = (to as Partial<Resource> | undefined)?.metadata?.namespace;
    if (to === undefined || other === undefined || namespace === undefined || other === namespace) return [];
    return [
      `${prop} is the ${to.kind} "${to.name}" of the namespace "${other}", but the pool is in "${namespace}"; ` +
        'they must share a namespace',
    ];
  });
}
