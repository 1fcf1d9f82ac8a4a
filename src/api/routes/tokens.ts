import * as z from 'zod';
import { neverTime, wireTime } from '../../core/clock.ts';
import { AriflowError } from '../../core/errors.ts';
import { type TokenRecord, tokenScopes } from '../../storage/token-record.ts';
import type { Api } from '../api.ts';
import { collectionRoutes } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { invalid } from '../problems.ts';
import { answers, birth, customer, id, identity, lifespan, name, when, wireTimeInput } from '../shapes.ts';
import { newToken } from '../tokens.ts';
import { whole } from '../whole.ts';

/** Every request is compared with all of them, in memory. */
const maxTokens = 1_000;

const allows =
  '`read`: GET; `write`: everything but tokens, and GET; `admin`: tokens, and nothing else; `messages`: what a gateway for SMS brings, and nothing else';

const shown = component(
  'Token',
  z.object({
    id,
    customer_id: customer,
    name,
    scopes: z.array(z.enum(tokenScopes)).meta({ description: allows }),
    expires: when('it is valid no longer'),
    prefix: z.string().meta({
      description: 'the beginning of the token, to tell which one it is',
      examples: ['arf_0a1b2c3d4e5f'],
    }),
    ...lifespan,
    token: z
      .string()
      .optional()
      .meta({ description: 'the token: only in the answer that made it', examples: ['arf_0a1b2c3d4e5f_…'] }),
  }),
);

const creation = z.strictObject({
  name: name.min(1),
  scopes: z
    .array(z.enum(tokenScopes))
    .min(1)
    .max(10)
    .transform((scopes) => tokenScopes.filter((scope) => scopes.includes(scope)))
    .default(['read'])
    .meta({ description: allows }),
  expires: wireTimeInput.default(neverTime).meta({
    description: 'until when it is valid, in UTC; missing: for good',
    examples: ['2036-01-01 00:00:00'],
  }),
});

export function tokenRoutes(api: Api, parts: Parts): void {
  const { store, tokens } = parts;
  const onDelete = (record: TokenRecord): void => tokens.changed(record);
  collectionRoutes(api, {
    path: 'tokens',
    what: 'token',
    store: store.tokens,
    shown,
    show,
    onDelete,
    searched: 'name',
  });

  api.post(
    '/tokens',
    {
      schema: {
        tags: ['tokens'],
        operationId: 'createToken',
        summary: 'Create a token: shown this once',
        body: whole(creation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => create(parts, body),
  );
}

async function create(
  { customerId, store, tokens }: Parts,
  { name, scopes, expires }: z.output<typeof creation>,
): Promise<z.output<typeof shown>> {
  if (expires <= wireTime()) throw invalid('expires', 'must be in the future');
  if ((await store.tokens.all()).length >= maxTokens) {
    throw new AriflowError('CONFLICT', `there are ${maxTokens} tokens already`);
  }
  const { token, prefix, hash } = newToken();
  const record = { ...identity(customerId), name, scopes, expires, prefix, ...birth(), hash };
  await store.tokens.insert(record);
  tokens.changed(record);
  return { ...show(record), token };
}

function show({ hash: _, ...token }: TokenRecord): z.output<typeof shown> {
  return { ...token, scopes: [...token.scopes] };
}
