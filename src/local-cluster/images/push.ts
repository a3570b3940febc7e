import { LocalClusterError } from '../errors';
import { exec, type Exec } from '../exec';
import { plainLines, task, type Progress } from '../progress';
import { buildImages, type ImageSpec } from './build';
import { chooseBuilder } from './builders';

export interface PushOptions {
  /** @default - a digest of what the image is made of, a tag of its own for each image */
  readonly tag?: string;
  readonly progress?: Progress;
  readonly execute?: Exec;
}

/**
 * Builds the images as far as they changed, and pushes each as `REGISTRY/NAME:TAG`.
 *
 * @param registry host and path, for example `registry.example.com/team`
 * @returns by name, what a Pod's `image` is
 * @throws LocalClusterError with what to do when the registry refuses one
 */
export async function pushImages(
  specs: readonly ImageSpec[],
  registry: string,
  { tag, progress = plainLines, execute = exec }: PushOptions = {},
): Promise<Record<string, string>> {
  const built = await buildImages(specs, progress);
  const builder = await chooseBuilder(execute);
  const pushed: Record<string, string> = {};
  for (const [index, { name }] of specs.entries()) {
    const { archive, name: local } = built[index]!;
    const target = `${registry}/${name}:${tag ?? local.split(':').at(-1)}`;
    await task(progress, `pushing the image ${target}`, undefined, () =>
      builder.push(archive, local, target).catch((error: Error) => {
        const [host] = registry.split('/');
        throw new LocalClusterError(
          `${target} cannot be pushed. Log in with \`${builder.program} login ${host}\` as a user who may push there, and create the repository if the registry does not do so by itself.\n${error.message}`,
        );
      }),
    );
    pushed[name] = target;
  }
  return pushed;
}
