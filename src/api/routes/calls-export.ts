import { Readable } from 'node:stream';
import * as z from 'zod';
import type { CallRecord } from '../../calls/call-record.ts';
import { wireTime } from '../../core/clock.ts';
import type { FilterOf } from '../../storage/store.ts';
import type { Api } from '../api.ts';
import { callsFilter } from '../calls-filter.ts';
import { callColumns, csvLine, valuesOf } from '../csv.ts';
import type { Parts } from '../parts.ts';
import { errorSchema } from '../problems.ts';
import { settled } from '../settled.ts';

/** Read at once: what is not sent yet is no more than that. */
const pageSize = 100;

const exportQuery = z.strictObject({
  ...callsFilter,
  format: z.enum(['csv', 'jsonl']).default('csv').meta({
    description:
      '`csv`: a table, with a line of names first; `jsonl`: each call as JSON, on a line of its own',
  }),
});

const types = { csv: 'text/csv; charset=utf-8; header=present', jsonl: 'application/jsonl' } as const;

/** All calls that a list would answer, in one stream: however many they are, a page of them is in memory. */
export function callsExportRoutes(api: Api, parts: Parts): void {
  api.get(
    '/calls/export',
    {
      schema: {
        tags: ['calls'],
        operationId: 'exportCalls',
        summary: 'All calls as a table or as lines of JSON, newest first',
        querystring: exportQuery,
        response: {
          200: {
            description: 'The calls',
            content: { 'text/csv': { schema: z.unknown() }, 'application/jsonl': { schema: z.unknown() } },
          },
          '4xx': errorSchema,
          '5xx': errorSchema,
        },
      },
    },
    async ({ query: { format, ...filter } }, reply) => {
      await settled(parts);
      reply.header('content-type', types[format]);
      reply.header('content-disposition', `attachment; filename="calls.${format}"`);
      const lines = format === 'csv' ? csvLines(parts, filter) : jsonLines(parts, filter);
      return reply.send(Readable.from(lines));
    },
  );
}

async function* csvLines(parts: Parts, filter: FilterOf<'calls'>): AsyncGenerator<string> {
  yield csvLine(callColumns);
  for await (const calls of pages(parts, filter)) yield calls.map((call) => csvLine(valuesOf(call))).join('');
}

async function* jsonLines(parts: Parts, filter: FilterOf<'calls'>): AsyncGenerator<string> {
  for await (const calls of pages(parts, filter))
    yield calls.map((call) => `${JSON.stringify(call)}\n`).join('');
}

/** Those that began before it was asked for: what begins meanwhile is not among them. */
async function* pages(
  { store }: Parts,
  { until = wireTime(), ...filter }: FilterOf<'calls'>,
): AsyncGenerator<readonly CallRecord[]> {
  let token: string | undefined;
  do {
    const page = await store.calls.list({ size: pageSize, token }, { until, ...filter });
    if (page.result.length > 0) yield page.result;
    token = page.next;
  } while (token !== '');
}
