import * as z from 'zod';
import type { Api } from '../api.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { conflict, errorSchema, invalid } from '../problems.ts';
import { answers, noBody, when } from '../shapes.ts';
import type { SessionPhones } from './session-phones.ts';
import { noPhone } from './session-phones.ts';
import { known } from './session-routes.ts';
import { isSipHandshake, join, openFarEnd } from './sip-tunnel.ts';
import { isUpgrade, takeConnection } from './upgrades.ts';

const socketPath = '/v1.0/phone/socket';

const shown = component(
  'ConsolePhone',
  z.object({
    extension: z.string().meta({
      description: 'its number, and the user that it registers as; it is rung by it as any extension',
      examples: ['912345'],
    }),
    password: z.string().meta({ description: 'good for this session', examples: ['wJ4…'] }),
    uri: z.string().meta({ description: 'its address of record', examples: ['sip:912345@127.0.0.1'] }),
    domain: z.string().meta({
      description:
        'behind the `@` of whatever it calls; `flow-<id>` calls a flow, whether it has a number or not',
      examples: ['127.0.0.1'],
    }),
    socket: z.string().meta({ description: 'where it speaks SIP over WebSocket', examples: [socketPath] }),
    codecs: z
      .array(z.string())
      .meta({ description: 'in the order that it is offered them', examples: [['opus', 'ulaw']] }),
    local_only: z.boolean().meta({
      description: 'whether its audio reaches this machine only (`ARIFLOW_SIP_HOST`)',
      examples: [true],
    }),
    tm_expire: when('it is gone, with the session'),
  }),
);

const tags = ['sessions'];

/** Whether a request is for the WebSocket of phones. */
export function isPhoneSocket(url: string | undefined): boolean {
  return url === socketPath || url?.startsWith(`${socketPath}?`) === true;
}

/** The phone in the console. */
export function phoneRoutes(api: Api, { console }: Parts): void {
  if (!console) return;
  const closing = new AbortController();
  api.addHook('preClose', async () => closing.abort());

  api.post(
    '/phone',
    {
      schema: {
        tags,
        operationId: 'createConsolePhone',
        summary: 'The phone of this session, made at the first request: registered by SIP over WebSocket',
        querystring: z.strictObject({}),
        body: noBody,
        response: answers(shown),
      },
    },
    async (request) => {
      const session = known(request.session);
      const phones = present(console.phones);
      const { extension, codecs } = await phones.of(session);
      const { tm_expire, phonePassword: password } = session;
      const { domain, isLocal: local_only } = phones;
      const uri = `sip:${extension}@${domain}`;
      return {
        extension,
        password,
        uri,
        domain,
        socket: socketPath,
        codecs: [...codecs],
        local_only,
        tm_expire,
      };
    },
  );

  api.get(
    '/phone/socket',
    {
      schema: {
        tags,
        operationId: 'connectConsolePhone',
        summary:
          'SIP over WebSocket for the phone of this session (RFC 7118), from the page of the console only',
        response: {
          101: z.null().meta({ description: 'A WebSocket, with the subprotocol `sip`' }),
          '4xx': errorSchema,
          '5xx': errorSchema,
        },
      },
    },
    async (request, reply) => {
      const session = known(request.session);
      const phones = present(console.phones);
      console.pages.check(request, { isChange: true }); // with a WebSocket every browser says from which page
      const { raw, headers } = request;
      if (!isUpgrade(reply.raw) || !isSipHandshake(headers))
        throw invalid('upgrade', 'expected a WebSocket with the subprotocol sip');
      using _ = phones.takeSocket(session);
      const signal = AbortSignal.any([session.scope.signal, closing.signal]);
      const farEnd = await openFarEnd(phones.far, String(headers['sec-websocket-key']), signal);
      reply.hijack();
      await join(takeConnection(reply.raw, raw), farEnd, signal);
    },
  );
}

/** @throws AriflowError `CONFLICT` where there are none */
function present(phones: SessionPhones | undefined): SessionPhones {
  if (!phones) throw conflict(noPhone);
  return phones;
}
