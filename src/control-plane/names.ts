import { VCS_AGENT_POOL_NAME } from '../protocol/private-url';
import { EXACT_VERSION } from '../protocol/messages';
import { malformed } from './errors';

const STACK_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
/** Everything but controls, marks that turn the direction of writing, and slashes; no blank at either end. */
const POOL_NAME = /^(?! )[^\p{C}\p{Zl}\p{Zp}/]{1,100}(?<! )$/u;
const POOL_LABEL = /^(?! )[^\p{C}\p{Zl}\p{Zp}]{1,100}(?<! )$/u;
const VCS_AGENT_POOL_NAME_RULE = 'letters, digits, dot, dash and underscore, at most 63';
const SPACE = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;
/** Of pools of which nobody says any. */
export const DEFAULT_SPACE = 'legacy';
const MOST_DESCRIPTION = 10_000;
/** All but tab, line feed and carriage return; and half characters, which nothing can store. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\p{Surrogate}]/u;
/** As Docker has references: of what they have beyond this, such as lengths of their parts, the kubelet says more. */
const IMAGE = /^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,499}$/;
const FOLDER = /^[^\p{C}\p{Zl}\p{Zp}]{0,1000}$/u;
const RESOURCE = /^[a-z0-9][a-z0-9-]{0,62}\/[a-z0-9][a-z0-9.-]{0,252}$/;
const MOST_NOTE = 1_000;
/** What can be seen of ASCII. */
const IDEMPOTENCY_KEY = /^[!-~]{1,100}$/;
/** Of SHA-1 or SHA-256, at least as much as is unmistakable. */
const COMMIT = /^[0-9a-f]{7,64}$/i;
const MOST_COMMAND = 10_000;
const MOST_WEBHOOK_SECRET = 1_000;
const MOST_COMMIT_MESSAGE = 1_000;
const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/i;

/** @throws RequestError `malformed`, with the rule */
export function checkStackName(name: string): string {
  if (STACK_NAME.test(name)) return name;
  throw malformed('name', `stack name "${name}" is not allowed: letters, digits, dot, dash and underscore, at most 63`);
}

/** @throws RequestError `malformed`, with the rule */
export function checkPoolName(name: string): string {
  if (name === '') throw malformed('name', 'a pool needs a name');
  if (POOL_NAME.test(name)) return name;
  throw malformed(
    'name',
    `pool name "${name}" is not allowed: at most 100 characters, no slash, no control character, no blank at either end`,
  );
}

/** One that `private://NAME/…` can have. @throws RequestError `malformed`, with the rule */
export function checkVcsAgentPoolName(name: string): string {
  if (VCS_AGENT_POOL_NAME.test(name)) return name;
  throw malformed(
    'name',
    `name ${JSON.stringify(name.slice(0, 100))} of a VCS agent pool is not allowed: ${VCS_AGENT_POOL_NAME_RULE}`,
  );
}

/** @throws RequestError `malformed`, with the rule */
export const checkKeyName = (name: string): string => checkNameOf('an API key', name);

/** @throws RequestError `malformed`, with the rule */
export const checkWebhookName = (name: string): string => checkNameOf('a webhook', name);

/** It is not in what is thrown. @throws RequestError `malformed`, with the rule */
export function checkWebhookSecret(secret: string): string {
  if (secret.length <= MOST_WEBHOOK_SECRET && isText(secret)) return secret;
  throw malformed(
    'secret',
    `the secret of a webhook is not allowed: at most ${MOST_WEBHOOK_SECRET} characters, no NUL and no half of a character`,
  );
}

function checkNameOf(what: string, name: string): string {
  if (POOL_NAME.test(name)) return name;
  throw malformed(
    'name',
    `name ${JSON.stringify(name.slice(0, 100))} of ${what} is not allowed: 1 to 100 characters, no slash, no control character, no blank at either end`,
  );
}

/** @throws RequestError `malformed`, with the rule */
export function checkLabel(label: string): string {
  if (POOL_LABEL.test(label)) return label;
  throw malformed(
    'labels',
    `label ${JSON.stringify(label.slice(0, 100))} is not allowed: 1 to 100 characters, no control character, no blank at either end`,
  );
}

/** @throws RequestError `malformed`, with the rule */
export function checkSpace(space: string): string {
  if (SPACE.test(space)) return space;
  throw malformed(
    'space',
    `space ${JSON.stringify(space.slice(0, 100))} is not allowed: letters, digits, dash and underscore, at most 100`,
  );
}

/** @throws RequestError `malformed`, with the rule */
export function checkIdempotencyKey(key: string): string {
  if (IDEMPOTENCY_KEY.test(key)) return key;
  throw malformed(
    'idempotencyKey',
    `idempotency key ${JSON.stringify(key.slice(0, 100))} is not allowed: 1 to 100 letters, digits and other characters of ASCII, no blank`,
  );
}

/** In lower case. @throws RequestError `malformed`, with the rule */
export function checkCommitSha(sha: string): string {
  if (COMMIT.test(sha)) return sha.toLowerCase();
  throw malformed(
    'commitSha',
    `commit ${JSON.stringify(sha.slice(0, 100))} is not allowed: its hash, of which 7 to 64 hexadecimal digits`,
  );
}

/** @throws RequestError `malformed`, with the rule */
export function checkCommitMessage(text: string): string {
  if (text.length <= MOST_COMMIT_MESSAGE && !CONTROL.test(text)) return text;
  throw malformed(
    'commitMessage',
    `the commit message is not allowed: at most ${MOST_COMMIT_MESSAGE} characters, no control character but tabs and ends of lines`,
  );
}

/** @throws RequestError `malformed`, with the rule */
export function checkCommand(command: string): string {
  if (command.trim() !== '' && command.length <= MOST_COMMAND && isText(command)) return command;
  throw malformed(
    'command',
    `the command of a task is not allowed: 1 to ${MOST_COMMAND} characters, no NUL and no half of a character, not blanks alone`,
  );
}

/** Whether every database and program can hold it. */
const isText = (text: string): boolean => !/[\0\p{Surrogate}]/u.test(text);

/** Empty: none. @throws RequestError `malformed`, with the rule */
export function checkImage(image: string): string {
  if (image === '' || IMAGE.test(image)) return image;
  throw malformed(
    'runnerImage',
    `runner image ${JSON.stringify(image.slice(0, 100))} is not allowed: a reference such as registry.example.com/team/runner:1.2, at most 500 characters`,
  );
}

/** Empty: none. @throws RequestError `malformed`, with the rule */
export function checkToolVersion(version: string): string {
  if (version === '' || EXACT_VERSION.test(version)) return version;
  throw malformed(
    'toolVersion',
    `version ${JSON.stringify(version.slice(0, 100))} is not allowed: one release of the tool, without v before it, such as 1.10.6 or 1.11.0-rc1; constraints such as ~> 1.10 are not resolved`,
  );
}

/** Why somebody stops a run. @throws RequestError `malformed`, with the rule */
export function checkNote(text: string): string {
  if (text.length <= MOST_NOTE && !CONTROL.test(text)) return text;
  throw malformed(
    'note',
    `the note is not allowed: at most ${MOST_NOTE} characters, no control character but tabs and ends of lines`,
  );
}

/** Namespace and name of a WorkerPool. @throws RequestError `malformed`, with the rule */
export function checkManagedBy(resource: string): string {
  if (RESOURCE.test(resource)) return resource;
  throw malformed(
    'managedBy',
    `managedBy ${JSON.stringify(resource.slice(0, 100))} is not allowed: namespace and name of a WorkerPool, such as runners/production`,
  );
}

/** Text of several lines. @throws RequestError `malformed`, with the rule */
export function checkDescription(text: string): string {
  if (text.length <= MOST_DESCRIPTION && !CONTROL.test(text)) return text;
  throw malformed(
    'description',
    `the description is not allowed: at most ${MOST_DESCRIPTION} characters, no control character but tabs and ends of lines`,
  );
}

/** A folder inside a source, without `./` and slashes around. @throws RequestError `malformed` when it leads out */
export function projectFolder(path: string): string {
  if (!FOLDER.test(path)) {
    throw malformed(
      'projectRoot',
      `project root ${JSON.stringify(path.slice(0, 100))} is not allowed: at most 1000 characters, no control character`,
    );
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..')) {
    throw malformed('projectRoot', `project root "${path}" must be a folder inside the source`);
  }
  return parts.join('/');
}

/** A file inside the project, without `./`. @throws RequestError `malformed`, with the rule */
export function checkPlaybook(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const isFile = parts.length > 0 && !path.endsWith('/') && !path.startsWith('/') && !parts.includes('..');
  if (FOLDER.test(path) && isFile && !parts[0]!.startsWith('-')) return parts.join('/');
  throw malformed(
    'playbook',
    `playbook ${JSON.stringify(path.slice(0, 100))} is not allowed: a file of the project, such as site.yml, whose name begins with no dash`,
  );
}

/** A ULID that somebody proposes for what is to be made. @throws RequestError `malformed`, with the rule */
export function checkNewId(id: string): string {
  if (ULID.test(id)) return id.toUpperCase();
  throw malformed('id', `id ${JSON.stringify(id.slice(0, 100))} is no ULID`);
}

/** An id as it is stored: people copy it in lower case from the names of Pods. */
export function idOf(text: string): string {
  return ULID.test(text) ? text.toUpperCase() : text;
}
