import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import * as z from 'zod';
import { Deadline } from '../../core/deadline.ts';
import { AriflowError } from '../../core/errors.ts';
import { matchesText } from '../../news/event-types.ts';
import type { LiveEvent } from '../../news/live-events.ts';
import type { Api } from '../api.ts';
import { Portions, SharedPortions, type Wants } from '../event-portions.ts';
import { type Reading, readEvents } from '../event-reader.ts';
import type { Parts } from '../parts.ts';
import { errorSchema } from '../problems.ts';
import { reference } from '../shapes.ts';
import { eventType } from '../webhook-shape.ts';

const mostReaders = 200;

/** In milliseconds. Readers come back by themselves, with what they missed; a token that is not valid any more is noticed then. */
const longest = 900_000;

const filter = z.strictObject({
  type: z
    .string()
    .max(2_000)
    .transform((types) => types.split(',').filter((type) => type !== ''))
    .pipe(z.array(eventType).max(100))
    .optional()
    .meta({
      description: 'only these, as `event_types` of webhooks, with commas between',
      examples: ['call_*,action_failed'],
    }),
  call_id: reference.optional().meta({ description: 'only what is about this call' }),
  flow_id: reference
    .optional()
    .meta({ description: 'only what is about this flow, its calls and activeflows' }),
  last_event_id: z
    .string()
    .max(64)
    .optional()
    .meta({
      description: 'goes on behind this event, as the header `Last-Event-ID`',
      examples: ['5f0c1d2e-17'],
    }),
});

/** What happens, as it happens: for those who look. What must not be lost is for webhooks. */
export function eventStreamRoutes(api: Api, { liveEvents, log }: Parts): void {
  const shared = new SharedPortions();
  const closing = new AbortController();
  api.addHook('preClose', async () => closing.abort());
  api.get(
    '/events/stream',
    {
      schema: {
        tags: ['events'],
        operationId: 'streamEvents',
        summary: 'What happens in this daemon, as it happens: server-sent events with the JSON of webhooks',
        querystring: filter,
        response: {
          200: { description: 'The events', content: { 'text/event-stream': { schema: z.unknown() } } },
          '4xx': errorSchema,
          '5xx': errorSchema,
        },
      },
    },
    async ({ method, headers, query, session }, reply) => {
      if (liveEvents.watchers >= mostReaders)
        throw new AriflowError('UNAVAILABLE', `there are ${mostReaders} readers already`);
      reply.header('content-type', 'text/event-stream').header('x-accel-buffering', 'no');
      if (method === 'HEAD') return reply.send();
      const { last_event_id: given, ...wanted } = query;
      const header = headers['last-event-id'];
      const lastId = typeof header === 'string' && header !== '' ? header : given;
      reply.hijack();
      const response = reply.raw; // its own
      // Ends with its connection, so what is written for many goes out as it is, without the length of each piece.
      response.removeHeader('transfer-encoding');
      response.writeHead(200, { ...reply.getHeaders(), connection: 'close' } as OutgoingHttpHeaders);
      const { signal } = closing;
      const ends = session ? AbortSignal.any([signal, session.scope.signal]) : signal;
      using same = shared.join(JSON.stringify(wanted), () => new Portions(liveEvents, wanting(wanted)));
      await serve({ portions: same.portions, lastId, response }, ends);
      log.debug({}, 'event_reader_left');
    },
  );
}

type Served = Omit<Reading, 'signal' | 'response'> & { readonly response: ServerResponse };

/** Until the reader has gone, is too slow, has had his time, or what lets him in ends. */
async function serve(reading: Served, ends: AbortSignal): Promise<void> {
  const { response } = reading;
  using time = new Deadline(longest, ends);
  const gone = new AbortController();
  response.on('close', () => gone.abort()).on('error', () => gone.abort());
  const signal = AbortSignal.any([time.signal, gone.signal]);
  try {
    await readEvents({ ...reading, signal });
  } catch {
    // Whoever has had his time gets what was written; whoever is too slow, nothing more.
    if (time.signal.aborted) response.end();
    else response.destroy();
  }
}

function wanting({ type, call_id, flow_id }: Omit<z.output<typeof filter>, 'last_event_id'>): Wants {
  if (type === undefined && call_id === undefined && flow_id === undefined) return undefined;
  return (event: LiveEvent): boolean => {
    if (call_id !== undefined && event.callId !== call_id) return false;
    if (flow_id !== undefined && event.flowId !== flow_id) return false;
    return matchesText(type, event.type, event.text);
  };
}
