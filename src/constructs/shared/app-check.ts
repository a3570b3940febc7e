import type { IConstruct } from 'constructs';

interface App {
  readonly registered: Set<IConstruct>;
  /** What was found, in a tree of so many nodes; only for as long as one synthesis takes. */
  last?: { readonly nodes: number; readonly problems: string[] };
}

/**
 * A validation of whole apps: constructs register with it, and at synthesis it sees every node of their app, once, whatever
 * their number.
 */
export function appCheck(
  validate: (nodes: readonly IConstruct[], registered: ReadonlySet<IConstruct>) => string[],
): (construct: IConstruct) => void {
  const apps = new WeakMap<IConstruct, App>();
  return (construct) => {
    const { root } = construct.node;
    const known = apps.get(root);
    if (known !== undefined) {
      known.registered.add(construct);
      return;
    }
    const app: App = { registered: new Set([construct]) };
    apps.set(root, app);
    root.node.addValidation({ validate: () => problemsOf(app, root.node.findAll(), validate) });
  };
}

/** cdk8s validates the app anew for each of its charts, one right after the other. */
function problemsOf(app: App, nodes: readonly IConstruct[], validate: Parameters<typeof appCheck>[0]): string[] {
  if (app.last?.nodes === nodes.length) return app.last.problems;
  const problems = validate(nodes, app.registered);
  app.last = { nodes: nodes.length, problems };
  queueMicrotask(() => delete app.last);
  return problems;
}

/** The registered construct that a node belongs to. */
export function makerOf(node: IConstruct, registered: ReadonlySet<IConstruct>): IConstruct | undefined {
  return node.node.scopes.find((scope) => registered.has(scope));
}
