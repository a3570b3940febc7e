/** What constructs and charts take where nobody says otherwise. */

export const EXPORTER_NAME = 'spacelift-promex';

/** The official exporter; it asks only for what the control plane's API documents. */
export const EXPORTER_IMAGE = 'public.ecr.aws/spacelift/promex';

export const EXPORTER_TAG = 'v0.7.0';

export const EXPORTER_LISTEN_ADDRESS = ':9953';
