import * as z from 'zod';
import { configText, listeningAt, port } from './types.ts';

/** The keys of `ari`: where Asterisk is, and how the two of us come together. */
export const ariKeys = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .default('http://127.0.0.1:8088/ari')
      .describe("Asterisk's ARI"),
    port: port
      .optional()
      .describe(
        'port of ARI of the Asterisk that `up` brings up; 8088 where missing, or any where that is taken',
      ),
    user: configText.min(1).default('ariflow').describe('ARI user'),
    password: configText.optional().describe('ARI password; generated where missing'),
    app: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,40}$/)
      .default('ariflow')
      .describe('Stasis application'),
    transport: z
      .enum(['websocket', 'http', 'ari-client', 'inbound'])
      .default('websocket')
      .describe(
        'how requests reach ARI; with `inbound` Asterisk dials the daemon, and keeps for it what happens while it is away, as `npm run up` and compose have it',
      ),
    listen: listeningAt
      .prefault('127.0.0.1:8090')
      .describe('where Asterisk dials the daemon, `host:port`: for the transport `inbound`'),
  })
  .prefault({});
