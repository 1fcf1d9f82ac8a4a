import * as z from 'zod';
import { units } from '../core/units.ts';
import { ariKeys } from './ari-keys.ts';
import { consoleKeys } from './console-keys.ts';
import { portConflicts } from './port-conflicts.ts';
import { sipKeys, trunkKeys } from './sip-keys.ts';
import { stoppingKeys } from './stopping-keys.ts';
import {
  bool,
  codec,
  configText,
  directory,
  duration,
  durationFrom,
  durations,
  endpoint,
  httpHeaders,
  list,
  network,
  outboundEntry,
  port,
  portRange,
  rate,
  sizeFrom,
  timezone,
} from './types.ts';

const keys = z.strictObject({
  ari: ariKeys,
  api: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('address the REST API listens on'),
      port: port.default(8080).describe('port the REST API listens on'),
      token: z.string().min(16).optional().describe('bearer token with every scope; generated where missing'),
      allow: list
        .pipe(z.array(network))
        .prefault('')
        .describe('networks that may use the API; empty: any; health and metrics answer this machine too'),
      rate: rate.default(600).describe('requests a minute per token'),
      rate_failed: rate
        .default(20)
        .describe('wrong tokens a minute per address; valid ones pass all the same'),
    })
    .prefault({}),
  ...consoleKeys,
  data_dir: directory.default('data').describe('database, media, generated configuration and passwords'),
  database_url: z
    .string()
    .regex(/^(sqlite:|postgres(ql)?:\/\/)/, 'expected sqlite:<path> or postgres://…')
    .optional()
    .describe('`sqlite:<path>` or `postgres://…`; SQLite in the data directory where missing'),
  new_database: bool
    .prefault(false)
    .describe(
      'begins with an empty database where the file of the last start is gone; otherwise there is no start then',
    ),
  secret_key: z
    .string()
    .min(32, 'expected at least 32 characters')
    .optional()
    .describe(
      'what the secrets of users (keys of chat servers, hidden digits of calls that live) are encrypted under in the database, at least 32 characters; generated where missing, but on `postgres://`, which several daemons may share: all need the same',
    ),
  media_dir: directory.optional().describe('prompts, fetched audio and recordings as the daemon sees them'),
  asterisk_media_dir: directory.optional().describe('the same directory as Asterisk sees it'),
  asterisk_log_dir: directory
    .optional()
    .describe(
      "where the daemon sees Asterisk's log files, to keep them small and to read who fails to log in; `asterisk/log` in the data directory where missing",
    ),
  sip: sipKeys,
  rtp_ports: portRange
    .prefault('10000-20000')
    .describe('RTP port range; a quarter as many outgoing calls at once, at most'),
  rtp_timeout: durationFrom('5s', '1h')
    .prefault('120s')
    .describe('a call without a packet for so long is over: its phone is dead; one on hold has an hour'),
  codecs: list
    .pipe(z.array(codec).min(1, 'expected at least one codec'))
    .prefault('ulaw,alaw,g722')
    .describe('codecs offered to phones'),
  trunk: trunkKeys,
  external_media: z
    .strictObject({
      concurrent: z.coerce
        .number()
        .int()
        .min(1)
        .max(1_000)
        .register(units, { unit: 'media' })
        .default(100)
        .describe('external media at once, at most; a hundred take half a processor'),
      ports: portRange
        .prefault('32000-32999')
        .describe(
          "ports (UDP) the daemon listens at for RTP of hosts, one for each external media; none of Asterisk's `rtp_ports`",
        ),
      host: configText
        .optional()
        .describe('address of the daemon that RTP hosts come to; `sip.host` where missing'),
    })
    .prefault({}),
  transcribe: z
    .strictObject({
      concurrent: z.coerce
        .number()
        .int()
        .min(1)
        .max(1_000)
        .register(units, { unit: 'transcriptions' })
        .default(100)
        .describe('calls that are transcribed at once, at most; recordings do not count'),
    })
    .prefault({}),
  outbound: z
    .strictObject({
      allow: list
        .pipe(z.array(outboundEntry))
        .prefault('')
        .describe(
          'prefixes of telephone numbers (`+49`), SIP hosts and networks that may be called, and written to; empty: none but the phones',
        ),
      cps: z.coerce
        .number()
        .int()
        .min(1)
        .max(1_000)
        .register(units, { unit: 'calls a second' })
        .default(10)
        .describe('outgoing calls begun in a second, at most; phones do not count'),
      concurrent: z.coerce
        .number()
        .int()
        .min(1)
        .max(100_000)
        .register(units, { unit: 'calls' })
        .default(100)
        .describe('outgoing calls at once, at most; phones do not count'),
    })
    .prefault({}),
  sms: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .refine(
          (url) => !/^https?:\/\/[^/?#]*@/.test(url),
          'expected no user: what it takes goes into sms.headers',
        )
        .optional()
        .describe('the gateway that SMS are handed to; without it there are none'),
      method: z.enum(['GET', 'POST', 'PUT']).default('POST').describe('of its requests'),
      headers: httpHeaders
        .default({})
        .describe(
          'headers of its requests: a JSON object, or lines `Name: value`; `Content-Type` says how `body` is written',
        ),
      body: z
        .string()
        .default('{"id": "${message_id}", "from": "${source}", "to": "${destination}", "text": "${text}"}')
        .describe(
          'what it is sent, with `${id}`, `${message_id}`, `${source}`, `${destination}` and `${text}`; also in `url`',
        ),
      timeout: durationFrom('100ms', '60s').prefault('10s').describe('how long it may take to answer'),
      schedule: durations('10ms', '7d')
        .refine((pauses) => pauses.length >= 1 && pauses.length <= 20, 'expected 1 to 20 pauses')
        .prefault('5s,30s,2m,10m,1h,6h')
        .describe('pauses between the tries of a message, by SMS or SIP; after the last it has failed'),
      rate: z.coerce
        .number()
        .int()
        .min(1)
        .max(1_000)
        .register(units, { unit: 'SMS a second' })
        .default(10)
        .describe('SMS handed over in a second, at most; more of them wait'),
      reports: bool
        .prefault(false)
        .describe('it tells what became of each SMS: a `conversation_send` with `sync` waits for that'),
    })
    .prefault({}),
  activeflows: z
    .strictObject({
      concurrent: z.coerce
        .number()
        .int()
        .min(1)
        .max(100_000)
        .default(1_000)
        .describe('activeflows without a call at once, at most; those that come after another do not count'),
    })
    .prefault({}),
  webhook: z
    .strictObject({
      allow: list
        .pipe(z.array(network))
        .prefault('')
        .describe("networks users' URLs may reach besides public ones"),
      timeout: durationFrom('100ms', '60s')
        .prefault('5s')
        .describe('how long an endpoint may take to answer'),
      schedule: durations('10ms', '7d')
        .refine((pauses) => pauses.length >= 1 && pauses.length <= 20, 'expected 1 to 20 pauses')
        .prefault('5s,30s,2m,10m,1h,6h,24h')
        .describe('pauses between the tries of a delivery; after the last it is given up'),
      hold: durationFrom('0s', '1h')
        .prefault('60s')
        .describe('how long a failing delivery may hold back those of the same call'),
      disable_after: durationFrom('1m', '365d')
        .prefault('5d')
        .describe('an endpoint that failed every try for so long is disabled'),
      secret_overlap: durationFrom('0s', '365d')
        .prefault('24h')
        .describe('how long a secret that was replaced still signs beside the new one'),
    })
    .prefault({}),
  allow_http: bool.prefault(false).describe('accept http: URLs everywhere'),
  public_url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where users reach the API, for the links we hand out'),
  link_ttl: durationFrom('1s', '3650d').prefault('7d').describe('how long a link to a recording opens'),
  timezone: timezone.default('UTC').describe('time zone of times that people read'),
  customer_id: z
    .guid('expected an id such as 12345678-1234-1234-1234-123456789012')
    .toLowerCase()
    .default('00000000-0000-0000-0000-000000000000')
    .describe('customer id in resources and events'),
  sounds_size: sizeFrom('1MB', '1000TB')
    .prefault('200MB')
    .describe('how much uploaded sounds may take together, in the database; a second takes 16 kB'),
  hold_music: z
    .string()
    .regex(/^sound:[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, 'expected sound:<name>, such as sound:my/music')
    .max(255)
    .optional()
    .describe("an uploaded sound, the music on hold where no other is named; missing: Asterisk's own"),
  call_max_duration: duration.prefault('4h').describe('no call lives longer'),
  ...stoppingKeys,
  retention: z
    .strictObject({
      calls: durationFrom('1h', '36500d')
        .prefault('90d')
        .describe(
          'how long calls, activeflows, queuecalls, conference calls, external media, transcribes and messages that are over are kept, and confbridges and conversations nobody uses',
        ),
      recordings: durationFrom('1h', '36500d')
        .prefault('90d')
        .describe('how long recordings that are over are kept, with their files'),
      deliveries: durationFrom('1h', '36500d')
        .prefault('30d')
        .describe('how long webhook deliveries that are delivered or dead are kept'),
      cache: durationFrom('1h', '36500d')
        .prefault('7d')
        .describe('how long prompts and fetched audio are kept that nobody plays'),
      traces: durationFrom('1h', '36500d')
        .prefault('7d')
        .describe(
          'how long is kept what is told of calls whose flow is traced: variables, digits, requests and replies; of very long calls the first actions too',
        ),
      recordings_size: sizeFrom('1MB', '1000TB')
        .prefault('20GB')
        .describe('how much the files of recordings may take together; the oldest go first'),
      cache_size: sizeFrom('1MB', '1000TB')
        .prefault('2GB')
        .describe(
          'how much prompts and fetched audio may take together; what nobody has played for longest goes first, nothing that is in use',
        ),
    })
    .prefault({}),
  tts: z
    .strictObject({
      google_endpoint: endpoint
        .optional()
        .describe(
          'where Google Cloud Text-to-Speech is asked instead of at Google; over `http:` without TLS and without credentials',
        ),
      aws_endpoint: endpoint
        .optional()
        .describe('where Amazon Polly is asked instead of at AWS; over `http:` without credentials'),
    })
    .prefault({}),
  stt: z
    .strictObject({
      google_endpoint: endpoint
        .optional()
        .describe(
          'where Google Cloud Speech-to-Text is asked instead of at Google; over `http:` without TLS and without credentials',
        ),
      aws_endpoint: endpoint
        .optional()
        .describe('where Amazon Transcribe is asked instead of at AWS; over `http:` without credentials'),
    })
    .prefault({}),
  openai: z
    .strictObject({
      url: endpoint
        .optional()
        .describe(
          'where the API of OpenAI, or of any server like it, begins: `https://api.openai.com/v1`; it may be inside your network',
        ),
      api_key: z.string().min(1).optional().describe('bearer token for that server'),
      tts_model: z.string().min(1).default('tts-1').describe('model that speaks'),
      stt_model: z.string().min(1).default('whisper-1').describe('model that listens'),
      voice: z.string().min(1).default('alloy').describe('voice that speaks where a flow names none'),
    })
    .prefault({}),
  log_level: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('pino level'),
});

/** Every key there is, with its default and what it is for: the file, the environment and the documentation follow it. */
export const configSchema = keys.superRefine((config, context) => {
  const { trunk, sip } = config;
  const hasTransport = { udp: true, tcp: sip.tcp, tls: sip.tls_cert !== undefined };
  if (!hasTransport[trunk.transport])
    context.addIssue({
      code: 'custom',
      path: ['trunk', 'transport'],
      message: `${trunk.transport} needs ${trunk.transport === 'tcp' ? 'sip.tcp' : 'sip.tls_cert and sip.tls_key'}`,
    });
  for (const { path, message } of portConflicts(config))
    context.addIssue({ code: 'custom', path: path.split('.'), message });
});

/** The whole configuration, parsed. Durations in milliseconds. */
export type Config = z.output<typeof configSchema>;
