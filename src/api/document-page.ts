import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import type swaggerUi from '@fastify/swagger-ui';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { whenNeeded } from '../core/when-needed.ts';
import { icon, logo } from './about.ts';
import { notFound } from './problems.ts';

/** The page needs nothing from elsewhere. The plugin's own policy would make browsers ask for https. */
const contentPolicy = "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'";

const path = '/docs';
const ui = whenNeeded<typeof swaggerUi>('@fastify/swagger-ui');

/** A page to read the document with. It is an instance of its own behind this one, made when somebody asks for it: few do. */
export function documentPage(api: FastifyInstance): void {
  let page: FastifyInstance | undefined;
  const show = async ({ url, headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    page ??= makePage(api);
    const answer = await page.inject({ url, headers });
    if (answer.statusCode === 404) throw notFound('route');
    return reply.code(answer.statusCode).headers(answer.headers).send(answer.rawPayload);
  };
  for (const url of [path, `${path}/*`]) api.get(url, { schema: { hide: true } }, show);
}

function makePage(api: FastifyInstance): FastifyInstance {
  const page = Fastify({ routerOptions: { ignoreTrailingSlash: true } });
  const specification = { document: api.swagger() } as StaticDocumentSpec; // OpenAPI 3.1, which that has no types for
  void page.register(swagger, { mode: 'static', specification });
  void page.register(ui(), {
    routePrefix: path,
    staticCSP: contentPolicy,
    theme: { title: 'ariflow', favicon: [icon] },
    logo,
    uiConfig: { docExpansion: 'none' },
  });
  return page;
}
