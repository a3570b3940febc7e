import DataLoader from 'dataloader';
import type { AdminService } from '../admin/admin-service';
import type { Pool } from '../admin/pool-admin';
import type { PushHook } from '../admin/push-admin';
import type { ChangeCounts } from '../store/plan-changes';
import type { ModuleTest, ModuleVersionRecord } from '../store/modules';
import type { VcsAgentRecord } from '../store/vcs-agents';
import type { StackOutputs } from '../store/outputs';
import type { WorkerCounts } from '../store/workers';
import type {
  DriftSchedule,
  RunRecord,
  StackDependency,
  StackDependencyReference,
  StackRecord,
  WorkerRecord,
} from '../store/records';

/** What fields of many objects need, asked for all of them at once. Nothing is remembered: a mutation may come between. */
export class Lookups {
  readonly pendingRuns: DataLoader<string, number>;
  readonly workerCounts: DataLoader<string, WorkerCounts>;
  readonly workers: DataLoader<string, readonly WorkerRecord[]>;
  readonly stackCounts: DataLoader<string, number>;
  readonly stackStates: DataLoader<string, string | null>;
  readonly pools: DataLoader<string, Pool | null>;
  readonly stacks: DataLoader<string, StackRecord | null>;
  readonly dependsOn: DataLoader<string, readonly StackDependency[]>;
  readonly isDependedOnBy: DataLoader<string, readonly StackDependency[]>;
  readonly references: DataLoader<string, readonly StackDependencyReference[]>;
  readonly outputs: DataLoader<string, StackOutputs | null>;
  readonly environmentNames: DataLoader<string, readonly string[]>;
  readonly credentialNames: DataLoader<string, readonly string[]>;
  readonly pushHooks: DataLoader<string, PushHook | null>;
  readonly changeCounts: DataLoader<string, ChangeCounts | null>;
  readonly driftSchedules: DataLoader<string, DriftSchedule | null>;
  readonly waitsFor: DataLoader<RunRecord, string | null>;
  readonly stacksOfVcsAgents: DataLoader<string, readonly StackRecord[]>;
  readonly vcsAgents: DataLoader<string, readonly VcsAgentRecord[]>;
  readonly moduleCounts: DataLoader<string, number>;
  readonly moduleVersions: DataLoader<string, readonly ModuleVersionRecord[]>;
  readonly moduleTests: DataLoader<string, readonly ModuleTest[]>;

  constructor(admin: AdminService) {
    this.pendingRuns = byId((pools) => admin.pendingRuns(pools), 0);
    this.workerCounts = byId((pools) => admin.countWorkers(pools), { registered: 0, busy: 0, willing: 0, ready: 0 });
    this.workers = byId((pools) => admin.workersOf(pools), []);
    this.stackCounts = byId((pools) => admin.countStacks(pools), 0);
    this.stackStates = byId((stacks) => admin.stackStates(stacks), null);
    this.pools = byId((pools) => admin.poolsById(pools), null);
    this.stacks = byId(async (ids) => new Map((await admin.stacksById(ids)).map((stack) => [stack.id, stack])), null);
    this.dependsOn = byId((stacks) => dependenciesBy(admin, 'stackId', stacks), []);
    this.isDependedOnBy = byId((stacks) => dependenciesBy(admin, 'dependsOnStackId', stacks), []);
    this.references = byId((dependencies) => referencesBy(admin, dependencies), []);
    this.outputs = byId((stacks) => admin.outputs.of(stacks), null);
    this.environmentNames = byId((stacks) => admin.environmentNames(stacks), []);
    this.credentialNames = byId((stacks) => admin.credentialNames(stacks), []);
    this.pushHooks = byId((stacks) => admin.pushes.ofStacks(stacks), null);
    this.changeCounts = byId((runs) => admin.plans.counts(runs), null);
    this.driftSchedules = byId((stacks) => admin.drift.ofStacks(stacks), null);
    this.vcsAgents = byId((pools) => admin.vcsAgents.agents(pools), []);
    this.stacksOfVcsAgents = byId((pools) => admin.vcsAgents.stacks(pools), []);
    this.moduleCounts = byId((pools) => admin.modules.countOfPools(pools), 0);
    this.moduleVersions = byId((modules) => admin.modules.versions(modules), []);
    this.moduleTests = byId((versions) => admin.modules.tests(versions), []);
    this.waitsFor = new DataLoader((runs) => admin.waitsFor(runs), { cache: false });
  }
}

async function dependenciesBy(admin: AdminService, side: 'stackId' | 'dependsOnStackId', stacks: readonly string[]) {
  const groups = new Map<string, StackDependency[]>();
  for (const one of await admin.stackDependencies(side, stacks)) {
    groups.set(one[side], [...(groups.get(one[side]) ?? []), one]);
  }
  return groups;
}

async function referencesBy(admin: AdminService, dependencies: readonly string[]) {
  const groups = new Map<string, StackDependencyReference[]>();
  for (const one of await admin.outputs.references(dependencies)) {
    groups.set(one.dependencyId, [...(groups.get(one.dependencyId) ?? []), one]);
  }
  return groups;
}

/** @param otherwise for an id that is not in the answer */
function byId<T>(
  ask: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
  otherwise: T,
): DataLoader<string, T> {
  const batch = async (ids: readonly string[]) => {
    const found = await ask([...new Set(ids)]);
    return ids.map((id) => found.get(id) ?? otherwise);
  };
  return new DataLoader(batch, { cache: false });
}
