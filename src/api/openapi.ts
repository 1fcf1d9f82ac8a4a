import swagger, { type SwaggerTransformObject } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { about, sections } from './about.ts';
import { type ApiDocument, finished } from './api-document.ts';
import { documentPage } from './document-page.ts';
import { keepExamples } from './json-schema.ts';
import type { Parts } from './parts.ts';
import { neededScope } from './scopes.ts';
import { noBody } from './shapes.ts';

type Transform = ReturnType<typeof createJsonSchemaTransform>;
type Described = Pick<Parts, 'version' | 'publicUrl' | 'actions'>;

const zodOptions = { zodToJsonConfig: { override: keepExamples } };

/** `/openapi.json` and a page to read it, from the schemas that validate. Register before the routes. */
export async function describeApi(api: FastifyInstance, described: Described): Promise<void> {
  const { version, publicUrl } = described;
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'ariflow',
        version,
        summary: 'A programmable voice platform on any Asterisk',
        description: about,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: publicUrl ?? '/' }],
      tags: sections,
      security: [{ bearer: [] }, { token: [] }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'a token in the header `Authorization`' },
          token: { type: 'apiKey', in: 'query', name: 'token', description: 'a token in the URL' },
        },
      },
    },
    transform: withScope(withoutNoBody(createJsonSchemaTransform(zodOptions))),
    transformObject: withComponents(described),
  });
  documentPage(api);
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

function withComponents({ actions }: Described): SwaggerTransformObject {
  const transform = createJsonSchemaTransformObject(zodOptions);
  return (input) => {
    const document = transform(input);
    // Ours is OpenAPI 3.1 throughout; the plugin could write others too.
    return finished(document as ApiDocument, actions) as typeof document;
  };
}
