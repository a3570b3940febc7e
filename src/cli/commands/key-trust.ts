import type { Command } from 'commander';
import type { ResultOf } from 'gql.tada';
import type { API_KEYS } from '../api/documents';
import { readExisting } from '../api/given-file';
import { UsageError, UserError } from '../run-program';

type Key = ResultOf<typeof API_KEYS>['apiKeys'][number];
type Trust = NonNullable<Key['oidc']>;

/** Whose tokens stand for the secret of an API key. */
export interface TrustFlags {
  readonly oidcIssuer?: string;
  readonly oidcAudience?: string;
  readonly oidcSubject?: string;
  readonly oidcJwksFile?: string;
  readonly oidcJwksUrl?: string;
  readonly oidcCaFile?: string;
}

/** Adds the flags that say whose tokens stand for the secret. */
export function withTrust(command: Command): Command {
  return command
    .optionsGroup('A key for tokens of an issuer (OIDC), in place of a secret:')
    .option('--oidc-issuer <url>', '`iss` of the tokens')
    .option('--oidc-audience <text>', '`aud` of the tokens')
    .option('--oidc-subject <expression>', 'what the whole of `sub` must match: a text, or a regular expression of RE2')
    .option(
      '--oidc-jwks-file <file>',
      'the keys of the issuer, so that the control plane fetches nothing: what `kubectl get --raw /openid/v1/jwks` prints',
    )
    .option('--oidc-jwks-url <url>', 'where its keys are (default: where its discovery document says)')
    .option('--oidc-ca-file <file>', 'PEM of the authority of these addresses, beside the usual ones');
}

export const saysTrust = (flags: TrustFlags): boolean =>
  Object.keys(flags).some((flag) => flag.startsWith('oidc') && flags[flag as keyof TrustFlags] !== undefined);

/** Undefined where the key is to have a secret. */
export function newTrust(
  flags: TrustFlags,
): (Partial<Trust> & Pick<Trust, 'issuer' | 'clientId' | 'subjectExpression'>) | undefined {
  if (!saysTrust(flags)) return undefined;
  const { oidcIssuer: issuer, oidcAudience: clientId, oidcSubject: subjectExpression } = flags;
  if (issuer === undefined || clientId === undefined || subjectExpression === undefined) {
    throw new UsageError('a key for tokens takes --oidc-issuer, --oidc-audience and --oidc-subject: give all three');
  }
  return { issuer, clientId, subjectExpression, ...sources(flags) };
}

/** What is not said stays; of where the keys are, one way takes the place of another. */
export function changedTrust({ name, oidc }: Key, flags: TrustFlags): Trust {
  if (oidc === null) throw new UserError(`API key ${name} has a secret: make another key for tokens`);
  const { jwks, jwksUrl, ca } = sources(flags);
  return {
    issuer: flags.oidcIssuer ?? oidc.issuer,
    clientId: flags.oidcAudience ?? oidc.clientId,
    subjectExpression: flags.oidcSubject ?? oidc.subjectExpression,
    jwks: jwks ?? (jwksUrl === undefined && ca === undefined ? oidc.jwks : null),
    jwksUrl: jwksUrl ?? (jwks === undefined ? oidc.jwksUrl : null),
    ca: ca ?? (jwks === undefined ? oidc.ca : null),
  };
}

function sources({ oidcJwksFile, oidcJwksUrl, oidcCaFile }: TrustFlags) {
  return {
    ...(oidcJwksFile !== undefined && { jwks: readExisting(oidcJwksFile, '--oidc-jwks-file') }),
    ...(oidcJwksUrl !== undefined && { jwksUrl: oidcJwksUrl }),
    ...(oidcCaFile !== undefined && { ca: readExisting(oidcCaFile, '--oidc-ca-file') }),
  };
}
