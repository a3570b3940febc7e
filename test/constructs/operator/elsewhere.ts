import { App, Chart } from 'cdk8s';
import { Volume } from 'cdk8s-plus-28';

/** A place for what a construct is only told about. */
export function elsewhere(): Chart {
  return new Chart(new App(), 'elsewhere');
}

export function emptyVolume(name: string): Volume {
  return Volume.fromEmptyDir(elsewhere(), name, name);
}
