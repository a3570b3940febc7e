import { Pod, type Container, type EnvFrom, type EnvValue } from 'cdk8s-plus-28';
import type { Construct } from 'constructs';
import type { Affinity, Container as ContainerSpec, Toleration, Volume as VolumeSpec } from '../../api';
import { overlay } from '../../charting/overlay';
import { valuesWith, type ValuePath } from '../../charting/value-path';
import type { ValueMembers, ValuesOf } from '../../charting/values';
import { asVolume, asVolumeMounts, type IPodStorage, type PodVolumeMount } from './pod-storage';
import { chartToReadFrom, specOf } from './rendered';

/** The values with what a construct's Pod was given until it is synthesized. */
export type AddToPod<Values> = (values: Values) => Values & {
  /** Passes the scheduler over; charts have no value for it. */
  readonly nodeName?: string;
};

/** What a construct's props say of its Pod that more can be added to. */
export interface ShadowPodProps {
  readonly envVariables?: Record<string, EnvValue>;
  readonly envFrom?: EnvFrom[];
  readonly volumeMounts?: PodVolumeMount[];
  readonly volumes?: IPodStorage[];
}

type Parts = Pick<ContainerSpec, 'env' | 'envFrom' | 'volumeMounts'> & {
  readonly affinity?: Affinity;
  readonly tolerations?: readonly Toleration[];
  readonly volumes?: readonly VolumeSpec[];
};

interface RenderedPod extends Omit<Parts, 'env' | 'envFrom' | 'volumeMounts'> {
  readonly nodeName?: string;
  readonly containers: readonly [Pick<ContainerSpec, 'env' | 'envFrom' | 'volumeMounts'>];
}

/** The parts of a construct's Pod that cdk8s-plus describes, and that are added to until it is synthesized. */
export class ShadowPod {
  public readonly pod: Pod;
  public readonly container: Container;

  constructor(scope: Construct, props: ShadowPodProps) {
    // The name stands in errors of cdk8s-plus.
    this.pod = new Pod(chartToReadFrom(scope), 'pod', { metadata: { name: `the Pods of ${scope.node.path}` } });
    this.container = this.pod.addContainer({
      image: 'chosen-elsewhere',
      // Copies: cdk8s-plus adds later mounts and variables to the very objects that it was given.
      envVariables: { ...props.envVariables },
      envFrom: [...(props.envFrom ?? [])],
      volumeMounts: asVolumeMounts(props.volumeMounts),
    });
    props.volumes?.forEach((volume) => this.pod.addVolume(asVolume(volume)));
  }

  /**
   * The values with what was added until now laid over them, and the node that the Pod was assigned to, for which charts
   * have no value.
   */
  public addTo<M extends ValueMembers>(values: ValuesOf<M>, at: { readonly [Part in keyof Parts]: ValuePath<M> }) {
    const { nodeName, containers, ...spec } = specOf<RenderedPod>(this.pod);
    const parts: Parts = { ...spec, ...containers[0] };
    const added = Object.entries(at).reduce(
      (below, [part, path]) => overlay(below, valuesWith(path as string, parts[part as keyof Parts])),
      values as Readonly<Record<string, unknown>>,
    );
    return { ...(added as ValuesOf<M>), nodeName };
  }
}
