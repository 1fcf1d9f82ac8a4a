import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import type { FlowRecord } from '../flows/flow-record.ts';
import { showFlow } from './flow-shape.ts';
import { invalid } from './problems.ts';

/** A proxy that compresses answers weakens their tags: those count as well. */
const oneTag = /^(?:W\/)?"([^"]*)"$/;

/** For routes that change a flow: other headers are nobody's business here. */
export const ifMatch = z.looseObject({
  'if-match': z
    .string()
    .max(1_000)
    .optional()
    .meta({
      description: 'the `ETag` of the flow to be changed: 409 where it is another one meanwhile',
      examples: ['"3"'],
    }),
});

/** The `ETag` of a flow. */
export function tagOf({ revision }: FlowRecord): string {
  return `"${revision}"`;
}

/** Answers a flow, with its tag. */
export function tagged(reply: FastifyReply, flow: FlowRecord): Required<FlowRecord> {
  reply.header('etag', tagOf(flow));
  return showFlow(flow);
}

/** Whether a flow is one that is meant; any where nothing is said. @throws AriflowError where that is no tag */
export function expectedBy(header: string | undefined): ((flow: FlowRecord) => boolean) | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const tags = header.split(',').map((tag) => oneTag.exec(tag.trim())?.[1]);
  if (tags.includes(undefined)) throw invalid('if-match', 'expected the ETag of an answer, such as "3"');
  return ({ revision }) => tags.includes(String(revision));
}
