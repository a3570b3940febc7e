import type { Context, Hono } from 'hono';
import type { RegistryAddress } from '../admin/module-registry';
import { RequestError } from '../errors';
import { LIMIT } from '../limits';
import type { ApiParts } from './api-routes';
import { refusingApp } from './app';
import { blobResponse } from './blob-response';
import { mayRead, requireCaller, type CallerEnv } from './caller';

/** Below which OpenTofu and Terraform ask for modules. */
const MODULES = '/registry/modules/v1';

type Parts = Pick<ApiParts, 'admin' | 'apiKeys' | 'admission' | 'refusals' | 'logger'>;

/** The module registry protocol, version 1: which versions a module has, and where one is fetched from. */
export function registryRoutes(parts: Parts): Hono<CallerEnv> {
  const { admin, apiKeys, logger } = parts;
  const app = refusingApp<CallerEnv>(logger);
  // Where the protocol is found, on the host that a source names.
  app.get('/.well-known/terraform.json', (c) => c.json({ 'modules.v1': `${MODULES}/` }));
  const module = `${MODULES}/:space/:name/:provider`;
  app.get(`${module}/versions`, requireCaller(apiKeys, parts.admission), mayRead(parts, 'stack:read'), async (c) => {
    const numbers = await admin.registry.numbers(addressOf(c));
    return c.json({ modules: [{ versions: numbers.map((version) => ({ version })) }] });
  });
  app.get(
    `${module}/:version/download`,
    requireCaller(apiKeys, parts.admission),
    mayRead(parts, 'stack:read'),
    async (c) => {
      const found = await admin.registry.download(addressOf(c), c.req.param('version'));
      const where =
        found.kind === 'git'
          ? found.address
          : archiveAddress(found.projectRoot, await apiKeys.tickets.issue(`${VERSION}${found.versionId}`));
      return c.body(null, 204, { 'X-Terraform-Get': where });
    },
  );
  // What is fetched from the address above comes without a token: the ticket in it stands for one.
  app.get(`${module}/:version/${ARCHIVE}`, (c) => archive(c, parts));
  return app;
}

const ARCHIVE = 'archive.tar.gz';
const VERSION = 'module-version/';

/** Beside `download`, so that a path before the registry, of a proxy, stays. */
const archiveAddress = (folder: string, ticket: string): string =>
  `./${ARCHIVE}${folder === '' ? '' : `//${folder}`}?ticket=${ticket}`;

async function archive(c: Context, { admin, apiKeys, admission }: Parts): Promise<Response> {
  const what = await apiKeys.tickets.what(c.req.query('ticket') ?? '');
  if (!what?.startsWith(VERSION)) {
    throw new RequestError('unauthorized', 'the address of this archive has run out: ask for the version again');
  }
  const leave = admission.inFlight.enter('archives', LIMIT.archives, 'too many modules are fetched at once');
  try {
    const blob = await admin.registry.archive(what.slice(VERSION.length));
    blob.stream.once('close', leave);
    return blobResponse(c, blob);
  } catch (error) {
    leave();
    throw error;
  }
}

function addressOf(c: Context): RegistryAddress {
  return { space: c.req.param('space')!, name: c.req.param('name')!, provider: c.req.param('provider')! };
}
