import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type Cloud = 'gcp' | 'aws';

/** How a cloud is reached from here: found without its SDK and without a request, as its SDK will find it. */
export interface CloudAccess {
  /** Why it cannot be asked, and what would change that; `undefined` where it can be. No secret and no path is in it. */
  readonly missing: string | undefined;
  /** An endpoint of the operator's own; the cloud's usual one where missing. */
  readonly endpoint: URL | undefined;
  /** An `http:` endpoint: without TLS, and without credentials of the cloud. */
  readonly isPlain: boolean;
  /** The region of AWS; no other cloud needs one. */
  readonly region: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** How a cloud is reached, with the endpoint that the configuration gives it. Reads files: once, at the start. */
export function cloudAccess(
  cloud: Cloud,
  endpoint: string | undefined,
  env: Environment = process.env,
): CloudAccess {
  const url = endpoint === undefined ? undefined : new URL(endpoint);
  const isPlain = url?.protocol === 'http:';
  const region = cloud === 'aws' ? regionOf(env) : undefined;
  const missing = isPlain ? undefined : cloud === 'gcp' ? missingAtGoogle(env) : missingAtAws(env, region);
  return { missing, endpoint: url, isPlain, region: region ?? 'us-east-1' };
}

/** As google-auth-library looks for them: a file that is named, the one gcloud writes, the machine itself. */
function missingAtGoogle(env: Environment): string | undefined {
  const named = env.GOOGLE_APPLICATION_CREDENTIALS || env.google_application_credentials;
  if (named)
    return isJson(named)
      ? undefined
      : 'GOOGLE_APPLICATION_CREDENTIALS: expected a JSON file that can be read';
  const folder = env.CLOUDSDK_CONFIG || join(env.HOME || homedir(), '.config', 'gcloud');
  if (isJson(join(folder, 'application_default_credentials.json'))) return undefined;
  const isAtGoogle =
    ['CLOUD_RUN_JOB', 'FUNCTION_NAME', 'K_SERVICE', 'CLOUD_RUN_WORKER_POOL'].some((key) => env[key]) ||
    isMachineOf('Google');
  return isAtGoogle ? undefined : 'no credentials of Google Cloud: expected GOOGLE_APPLICATION_CREDENTIALS';
}

/** As the SDK looks for them: the environment, the profile, a token's file, the container, the machine itself. */
function missingAtAws(env: Environment, region: string | undefined): string | undefined {
  const isThere =
    (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) ||
    (env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN) ||
    env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ||
    env.AWS_CONTAINER_CREDENTIALS_FULL_URI ||
    profileLines(env).some((line) => logsIn.test(line)) ||
    ((env.AWS_EC2_METADATA_DISABLED || 'false') === 'false' && isMachineOf('Amazon'));
  if (!isThere)
    return 'no credentials of AWS: expected AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile';
  return region === undefined ? 'no region of AWS: expected AWS_REGION' : undefined;
}

const logsIn =
  /^(aws_access_key_id|role_arn|credential_process|credential_source|sso_\w+|login_session|web_identity_token_file)\s*=/;

function regionOf(env: Environment): string | undefined {
  const written = profileLines(env).map((line) => /^region\s*=\s*(\S+)/.exec(line)?.[1]);
  return env.AWS_REGION || env.AWS_DEFAULT_REGION || written.find((region) => region !== undefined);
}

/** What the two files of AWS say of the profile in use. */
function profileLines(env: Environment): string[] {
  const folder = join(env.HOME || homedir(), '.aws');
  const profile = env.AWS_PROFILE || 'default';
  const files = [
    env.AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials'),
    env.AWS_CONFIG_FILE || join(folder, 'config'),
  ];
  return files.flatMap((file) => {
    let section = '';
    return (textOf(file) ?? '').split('\n').flatMap((raw) => {
      const line = raw.trim();
      section = /^\[\s*(?:profile\s+)?(.+?)\s*\]/.exec(line)?.[1] ?? section;
      return section === profile ? [line] : [];
    });
  });
}

function isMachineOf(vendor: string): boolean {
  return ['bios_vendor', 'sys_vendor'].some((name) => textOf(`/sys/class/dmi/id/${name}`)?.includes(vendor));
}

function isJson(file: string): boolean {
  try {
    return typeof JSON.parse(textOf(file) ?? '') === 'object';
  } catch {
    return false;
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
