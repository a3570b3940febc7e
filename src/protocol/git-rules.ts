/*
 * Which repositories and branches a stack may name: the control plane holds it against what people give, `init` against what
 * it is given before a word of it reaches git.
 */

import { parsePrivateUrl } from './private-url';

const MOST_URL = 500;
const HOST = /^(?!-)[A-Za-z0-9.-]{1,253}$|^\[[0-9A-Fa-f:.]{2,45}\]$/;
const USER = /^(?!-)[A-Za-z0-9._-]{1,64}$/;
const PATH = /^[^\s\p{C}\\?#]{1,400}$/u;
const SCP = /^(?:([^@/]+)@)?([^:/@]+):(?!\/\/)(.+)$/;

export interface GitAddress {
  /** `private`: behind VCS agents, of which `host` names the pool. */
  readonly protocol: 'https' | 'ssh' | 'private';
  /** Without brackets around an IPv6 address. */
  readonly host: string;
  /** As the URL has it; '' is the usual one. */
  readonly port: string;
}

/** Where a repository is. Undefined for an address that is not allowed: `gitUrlRule` says what is. */
export function gitAddress(url: string): GitAddress | undefined {
  if (url.length > MOST_URL) return undefined;
  const behindAgents = parsePrivateUrl(url);
  if (behindAgents) return { protocol: 'private', host: behindAgents.pool, port: '' };
  const parsed = url.includes('://') ? ofUrl(url) : ofScp(url);
  if (!parsed) return undefined;
  const { protocol, user, host, port, path } = parsed;
  const isRight = HOST.test(host) && (user === '' || USER.test(user)) && PATH.test(path) && !/^\/*-/.test(path);
  return isRight ? { protocol, host: host.replace(/^\[|\]$/g, ''), port } : undefined;
}

export const gitUrlRule =
  'https://HOST/PATH, ssh://USER@HOST/PATH, USER@HOST:PATH or private://VCS_AGENT_POOL/PATH, without a password, blanks or a query, at most 500 characters';

interface Parts {
  readonly protocol: 'https' | 'ssh';
  readonly user: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

function ofUrl(url: string): Parts | undefined {
  const found = /^(https|ssh):\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^:/@]*)(?::(\d{1,5}))?(\/.+)$/.exec(url);
  if (!found) return undefined;
  const [, protocol, user = '', host = '', port = '', path = ''] = found;
  // A name in an address of https is asked for a password by hosts, and stays in logs.
  if (protocol === 'https' && user !== '') return undefined;
  return { protocol: protocol as Parts['protocol'], user, host, port, path };
}

function ofScp(url: string): Parts | undefined {
  const found = SCP.exec(url);
  if (!found) return undefined;
  const [, user = '', host = '', path = ''] = found;
  return { protocol: 'ssh', user, host, port: '', path };
}

/** What git allows, but for what programs take for an option. */
const BRANCH = /^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.|@\{))[^\s\p{C}~^:?*[\\]{1,250}(?<![/.])$/u;

export const isBranchName = (name: string): boolean => BRANCH.test(name) && name !== '@' && !/\.lock(\/|$)/.test(name);

export const branchRule =
  'a name as git allows: at most 250 characters, no blank, none of ~ ^ : ? * [ \\, no ".." and no dash at its beginning';

/** A whole hash, of SHA-1 or SHA-256: hosts give out a commit by nothing shorter. */
export const isWholeHash = (hash: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/i.test(hash);
