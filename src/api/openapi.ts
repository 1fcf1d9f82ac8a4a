import swagger, { type SwaggerTransformObject } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { components } from './components.ts';
import { neededScope } from './scopes.ts';
import type { Services } from './services.ts';
import { noBody } from './shapes.ts';

type Transform = ReturnType<typeof createJsonSchemaTransform>;

/** The page needs nothing from elsewhere. The plugin's own policy would make browsers ask for https. */
const contentPolicy = "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'";

/** `/openapi.json` and a page to read it, from the schemas that validate. Register before the routes. */
export async function describeApi(
  api: FastifyInstance,
  { version, publicUrl }: Pick<Services, 'version' | 'publicUrl'>,
): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'ariflow', version, description: 'JSON flows on the calls of an Asterisk.' },
      servers: [{ url: publicUrl ?? '/' }],
      security: [{ bearer: [] }, { token: [] }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          token: { type: 'apiKey', in: 'query', name: 'token' },
        },
      },
    },
    transform: withScope(withoutNoBody(createJsonSchemaTransform({ schemaRegistry: components }))),
    transformObject: withoutUnused(createJsonSchemaTransformObject({ schemaRegistry: components })),
  });
  await api.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: contentPolicy,
    theme: { title: 'ariflow API' },
  });
  api.get('/openapi.json', { schema: { hide: true } }, () => api.swagger());
}

/** Says which scope a token needs. What has a `security` of its own needs none. */
function withScope(transform: Transform): Transform {
  return (input) => {
    const { schema, url } = transform(input);
    if (schema?.hide || schema?.security) return { schema, url };
    const scope = neededScope(String(input.route.method), input.url);
    return { schema: { ...schema, security: [{ bearer: [scope] }, { token: [scope] }] }, url };
  };
}

/** A body that may be missing would be described as one that must be there. */
function withoutNoBody(transform: Transform): Transform {
  return (input) => {
    if (input.schema?.body !== noBody) return transform(input);
    const { body: _, ...schema } = input.schema;
    return transform({ ...input, schema });
  };
}

/** The transform makes an input and an output form of every component, whichever is used. */
function withoutUnused(transform: SwaggerTransformObject): SwaggerTransformObject {
  return (input) => {
    const document = transform(input);
    if (!('components' in document) || !document.components?.schemas) return document;
    const text = JSON.stringify(document);
    const isUsed = (name: string) => text.includes(`"#/components/schemas/${name}"`);
    const schemas = Object.entries(document.components.schemas).filter(([name]) => isUsed(name));
    document.components.schemas = Object.fromEntries(schemas);
    return document;
  };
}
