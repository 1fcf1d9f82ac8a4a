import * as z from 'zod';
import { AriflowError } from '../../core/errors.ts';
import { tokenScopes } from '../../storage/token-record.ts';
import type { Api } from '../api.ts';
import { type Limits, limitFailures, tooMany } from '../auth.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { notFound } from '../problems.ts';
import { answers, id, noBody, when } from '../shapes.ts';
import type { Console } from './console.ts';
import type { Session } from './session.ts';
import { cookieWith, noCookie } from './session-cookie.ts';
import { noPhone } from './session-phones.ts';

const shown = component(
  'Session',
  z.object({
    id,
    scopes: z
      .array(z.enum(tokenScopes))
      .meta({ description: 'what it may do, as tokens have it: everything', examples: [[...tokenScopes]] }),
    tm_create: when('it began'),
    tm_expire: when('it is over'),
    version: z.string().meta({ description: 'of the daemon', examples: ['0.1.0'] }),
    phone: z
      .object({
        available: z.boolean().meta({ description: 'whether the page can have a phone', examples: [true] }),
        reason: z.string().meta({ description: 'why not, for people; else empty', examples: [''] }),
      })
      .meta({ description: 'the phone in the page' }),
  }),
);

const shownCode = component(
  'SessionCode',
  z.object({
    code: z.string().meta({ description: 'for one session, once', examples: ['7lE…'] }),
    url: z.string().meta({
      description: 'a link to the console with the code in it',
      examples: ['http://127.0.0.1:8080/#code=7lE…'],
    }),
    tm_expire: when('it is valid no longer'),
  }),
);

const signingIn = z.strictObject({
  code: z
    .string()
    .max(100)
    .meta({ description: 'behind `#code=` of the link', examples: ['7lE…'] }),
});

const tags = ['sessions'];

/** The way in, for whoever has no token: a code in a link, made by whoever has one. */
export function signInRoute(api: Api, parts: Parts, console: Console, limits: Limits): void {
  const failures = limitFailures(api, limits);
  api.post(
    '/v1.0/sessions',
    {
      // Before the body is read.
      onRequest: async (request) => console.pages.check(request, { isChange: true }),
      schema: {
        tags,
        operationId: 'createSession',
        summary:
          'Sign in at the console, with the code of a link: from its own page only, which gets a cookie',
        security: [],
        body: signingIn,
        response: answers(shown),
      },
    },
    async (request, reply) => {
      const begun = await console.sessions.begin(request.body.code);
      if (!begun) {
        const limit = await failures(request);
        if (!limit.isAllowed && limit.isExceeded) throw tooMany(reply, limit.ttlInSeconds);
        throw new AriflowError(
          'UNAUTHENTICATED',
          'the link is used, too old or wrong: `ariflow console` makes another',
        );
      }
      reply.header('set-cookie', cookieWith(request, begun.secret));
      return show(begun.session, parts);
    },
  );
}

export function sessionRoutes(api: Api, parts: Parts): void {
  const { console } = parts;
  if (!console) return;

  api.post(
    '/sessions/codes',
    {
      schema: {
        tags,
        operationId: 'createSessionCode',
        summary:
          'Make a link to the console: for one session, within 10 minutes; whoever opens it may do everything',
        querystring: z.strictObject({}),
        body: noBody,
        response: answers(shownCode),
      },
    },
    async () => {
      const { code, tm_expire } = console.sessions.newCode();
      return { code, url: `${console.url}/#code=${code}`, tm_expire };
    },
  );

  api.get(
    '/sessions/current',
    {
      schema: {
        tags,
        operationId: 'getCurrentSession',
        summary: 'Who has signed in at the console: the session of the cookie',
        response: answers(shown),
      },
    },
    async ({ session }) => show(known(session), parts),
  );

  api.delete(
    '/sessions/current',
    {
      schema: {
        tags,
        operationId: 'deleteCurrentSession',
        summary: 'Sign out of the console: its phone and all that it reads end',
        response: answers(shown),
      },
    },
    async (request, reply) => {
      const session = known(request.session);
      await session.scope.close();
      reply.header('set-cookie', noCookie(request));
      return show(session, parts);
    },
  );
}

/** Tokens have none. @throws AriflowError `NOT_FOUND` */
export function known(session: Session | undefined): Session {
  if (!session) throw notFound('session');
  return session;
}

function show(
  { id: sessionId, tm_create, tm_expire }: Session,
  { version, console }: Parts,
): z.output<typeof shown> {
  const phone = console?.phones ? { available: true, reason: '' } : { available: false, reason: noPhone };
  return { id: sessionId, scopes: [...tokenScopes], tm_create, tm_expire, version, phone };
}
