import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type * as z from 'zod';
import { AriflowError } from '../core/errors.ts';
import { wording } from '../core/misfits.ts';
import type { Api } from './api.ts';
import { defaultLimits, type Limits, requireToken } from './auth.ts';
import { answerClientError } from './client-error.ts';
import { pageRoutes } from './console/page-routes.ts';
import { isPhoneSocket } from './console/phone-routes.ts';
import { signInRoute } from './console/session-routes.ts';
import { acceptUpgrades } from './console/upgrades.ts';
import { healthRoutes } from './health.ts';
import { acceptJson } from './json-body.ts';
import { refuseOtherMethods } from './methods.ts';
import { allowNetworks } from './networks.ts';
import { describeApi } from './openapi.ts';
import type { Parts } from './parts.ts';
import { errorHandler, notFound, problemsOf } from './problems.ts';
import { recordingLinkRoutes } from './recording-links.ts';
import { resources } from './routes.ts';
import { shortLinkRoutes } from './short-links.ts';

const bodyLimit = 1_024 * 1_024;

/** The REST API, ready for `listen({ host, port })` or `inject`; `close()` lets running requests finish. */
export async function createApi(parts: Parts, limits: Limits = defaultLimits): Promise<FastifyInstance> {
  const onError = errorHandler(parts.log);
  const api = Fastify({
    bodyLimit,
    requestTimeout: 30_000,
    keepAliveTimeout: 10_000,
    return503OnClosing: false,
    routerOptions: { ignoreTrailingSlash: true },
    http: {
      ...{ headersTimeout: 10_000, maxHeaderSize: 16_384 },
      // Any other request for one is like one that asks for none.
      shouldUpgradeCallback: ({ url }) => parts.console?.phones !== undefined && isPhoneSocket(url),
    },
    frameworkErrors: onError,
    clientErrorHandler: answerClientError,
    schemaController: { compilersFactory: { buildValidator: neverNeeded, buildSerializer: neverNeeded } },
  }).withTypeProvider<ZodTypeProvider>();

  api.setErrorHandler(onError);
  api.setNotFoundHandler(refuseUnknown);
  api.setValidatorCompiler(validator);
  api.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  acceptJson(api);
  protectAnswers(api);
  observeRequests(api, parts);
  allowNetworks(api, limits.networks ?? []);
  endConnectionsOnClose(api);
  await api.register(rateLimit, { global: false });
  const refuseOthers = refuseOtherMethods(api);
  await describeApi(api, parts);
  healthRoutes(api, parts);
  shortLinkRoutes(api, parts);
  recordingLinkRoutes(api, parts);
  if (parts.console) {
    pageRoutes(api, parts.console);
    signInRoute(api, parts, parts.console, limits);
    if (parts.console.phones) acceptUpgrades(api);
  }
  await api.register(async (v1) => resourceRoutes(v1.withTypeProvider<ZodTypeProvider>(), parts, limits), {
    prefix: '/v1.0',
  });
  refuseOthers();
  await api.ready();
  return api;
}

function resourceRoutes(api: Api, parts: Parts, limits: Limits): void {
  requireToken(api, parts, limits);
  api.addHook('onRequest', async () => {
    if (parts.recorder.isSaturated) throw new AriflowError('UNAVAILABLE', 'the store is too far behind');
  });
  api.setNotFoundHandler(refuseUnknown);
  const refuseOthers = refuseOtherMethods(api);
  for (const routes of resources) routes(api, parts);
  refuseOthers();
}

function refuseUnknown(): never {
  throw notFound('route');
}

function validator({ schema }: { schema: z.ZodType }) {
  return (value: unknown) => {
    const result = schema.safeParse(value, wording);
    if (result.success) return { value: result.data };
    const details = problemsOf(result.error);
    const [first] = details;
    const message = first ? `${first.path || 'request'}: ${first.message}` : 'invalid request';
    return { error: new AriflowError('INVALID_ARGUMENT', message, { details }) };
  };
}

/** What fastify would compile JSON schemas with, and load for it: ours are zod's, and answers are written as they are. */
function neverNeeded(): never {
  throw new Error('a route has no schema but of zod');
}

/** Answers hold secrets and change all the time. */
function protectAnswers(api: FastifyInstance): void {
  api.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
  });
}

/** The route and not the URL: that may hold the token. */
function observeRequests(api: FastifyInstance, { log, metrics }: Parts): void {
  api.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    metrics.request(method, routeOptions.url, reply.statusCode);
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    log.debug({ method, route: routeOptions.url, status: reply.statusCode, ms }, 'api_request');
  });
}

/** A connection whose request was running when we began to close would be kept alive, and hold up the close. */
function endConnectionsOnClose(api: FastifyInstance): void {
  let isClosing = false;
  api.addHook('preClose', async () => {
    isClosing = true;
  });
  api.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
}
