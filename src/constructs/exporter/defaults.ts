/** What constructs and charts take where nobody says otherwise. */

import { RUN_AS } from '../../api';
import { HARDENED_CONTAINER } from '../shared/security-context';

export const EXPORTER_NAME = 'spacelift-promex';

/** The official exporter; it asks only for what the control plane's API documents. */
export const EXPORTER_IMAGE = 'public.ecr.aws/spacelift/promex';

export const EXPORTER_TAG = 'v0.7.0';

export const EXPORTER_PORT = 9953;

export const EXPORTER_LISTEN_ADDRESS = `:${EXPORTER_PORT}`;

/** A small Go program that answers a scrape at a time. No CPU limit: throttling makes scrapes time out. */
export const EXPORTER_RESOURCES = { limits: { memory: '128Mi' }, requests: { cpu: '50m', memory: '64Mi' } };

/** Meets the Pod Security Standard "restricted"; the image names no user. */
export const EXPORTER_CONTAINER = { runAsUser: RUN_AS, runAsNonRoot: true, ...HARDENED_CONTAINER };
