import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AriflowError } from '../core/errors.ts';
import { type TokenScope, tokenScopes } from '../storage/token-record.ts';
import type { Console } from './console/console.ts';
import type { Session } from './console/session.ts';
import { grants, neededScope } from './scopes.ts';
import type { Principal, TokenBook } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set on every route that needs a token. */
    principal: Principal | undefined;
    /** Where it is somebody at the console, who has no token. */
    session: Session | undefined;
  }
}

export interface Limits {
  /** Per token and minute. */
  readonly requests: number;
  /** Wrong tokens per address and minute; after that they answer 429. A valid token is never locked out. */
  readonly failures: number;
  /** Networks that may ask at all; empty or missing: any. */
  readonly networks?: readonly string[];
}

export const defaultLimits: Limits = { requests: 600, failures: 20 };

const minute = 60_000;

/** By which somebody is known. */
export interface Entrance {
  readonly tokens: TokenBook;
  readonly console: Console | undefined;
}

/**
 * Lets only those in who have a token with the scope a route takes, or a session at the console, and each only so often. Needs
 * `@fastify/rate-limit`.
 */
export function requireToken(api: FastifyInstance, { tokens, console }: Entrance, limits: Limits): void {
  const requests = api.createRateLimit({
    max: limits.requests,
    timeWindow: minute,
    keyGenerator: (request) => `token/${request.principal?.name}`,
  });
  const failures = limitFailures(api, limits);

  api.decorateRequest('principal', undefined);
  api.decorateRequest('session', undefined);
  api.addHook('onRequest', async (request, reply) => {
    const token = takeToken(request);
    if (token !== undefined) request.principal = await tokens.verify(token);
    else if (!takeSession(request, console)) throw unauthenticated(reply);
    const limit = await (request.principal ? requests : failures)(request);
    if (!limit.isAllowed && limit.isExceeded) throw tooMany(reply, limit.ttlInSeconds);
    if (request.principal === undefined) throw unauthenticated(reply);
    const { url = '', config } = request.routeOptions;
    const needed = neededScope(request.method, url);
    if (!request.is404 && !config.anyScope && !grants(request.principal.scopes, needed))
      throw missingScope(reply, needed);
  });
}

/** Counts what did not let somebody in, by address. */
export function limitFailures(api: FastifyInstance, { failures }: Limits) {
  return api.createRateLimit({
    max: failures,
    timeWindow: minute,
    keyGenerator: (request) => `failed/${normalizeIP(request.ip)}`,
  });
}

/** False where nothing says that there is one. @throws AriflowError where another page than ours makes use of it */
function takeSession(request: FastifyRequest, console: Console | undefined): boolean {
  const { isShown, session } = console?.sessionOf(request) ?? { isShown: false };
  if (!console || !isShown || !session) return isShown;
  const isChange = request.method !== 'GET' && request.method !== 'HEAD';
  console.pages.check(request, { isChange });
  request.session = session;
  request.principal = { name: `session/${session.id}`, scopes: tokenScopes };
  return true;
}

/** Taken out of the query, so that neither schemas nor anything after them sees it. */
function takeToken(request: FastifyRequest): string | undefined {
  const query = request.query as Record<string, unknown>; // as Fastify's parser makes it
  const { token } = query;
  delete query.token;
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '');
  if (bearer) return bearer[1];
  return typeof token === 'string' && token !== '' ? token : undefined;
}

export function tooMany(reply: FastifyReply, seconds: number): AriflowError {
  reply.header('retry-after', seconds);
  return new AriflowError('RATE_LIMITED', `too many requests, try again in ${seconds} s`);
}

function unauthenticated(reply: FastifyReply): AriflowError {
  reply.header('www-authenticate', 'Bearer');
  return new AriflowError('UNAUTHENTICATED', 'a valid token is needed');
}

function missingScope(reply: FastifyReply, scope: TokenScope): AriflowError {
  reply.header('www-authenticate', `Bearer error="insufficient_scope", scope="${scope}"`);
  return new AriflowError('PERMISSION_DENIED', `the token needs the scope ${scope} for this`);
}
