import type { Assignments } from './assignments.ts';
import { mapReply } from './map-reply.ts';
import { type Reply, textOf } from './reply.ts';
import { UnreadableText } from './reply-text.ts';
import type { ResponseOption } from './response-option.ts';
import { WebhookFailure, type WebhookReason } from './webhook-failure.ts';

/** A reply of somebody's server, and what is asked of it. */
export interface MappingJob extends Reply {
  readonly response: ResponseOption | undefined;
}

export type Mapped =
  | { readonly set: Assignments }
  | { readonly reason: WebhookReason; readonly message: string };

/** The variables of a reply, or why it has none. `at` is told each path before it is looked for. */
export function mappingOf(job: MappingJob, at?: (path: string) => void): Mapped {
  try {
    return { set: mapReply(textOf(job), job.response, at) };
  } catch (error) {
    if (error instanceof WebhookFailure) return { reason: error.reason, message: error.message };
    if (error instanceof UnreadableText) return { reason: 'INVALID_RESPONSE', message: error.message };
    throw error;
  }
}

/** What costs about so much, in bytes that are read, takes a millisecond or two. */
const cheapest = 16_384;
/** A document of XML costs many times what JSON does. */
const cheapestXml = 1_024;
/** Reading a path costs what reading so many bytes does, for each of its characters. */
const ofPath = 8;

const plainJson = /^(?:\$|data)(?:\.[\p{L}_][\p{L}\p{N}_-]*|\[\d{1,9}\]|\['[^'\\]*'\]|\["[^"\\]*"\])*$/u;
const plainXml =
  /^(?:\/[\p{L}_][\p{L}\p{N}_.:-]*(?:\[\d{1,9}\])?)+(?:\/@[\p{L}_][\p{L}\p{N}_.:-]*|\/text\(\))?$/u;

/** Whether this costs so little, whatever the server has replied, that no thread is asked: that is known of plain paths only. */
export function isCheap({ body, response }: MappingJob): boolean {
  const paths = response?.map.map(({ path }) => path.trim()) ?? [];
  const isXml = response?.type === 'xml';
  if (isXml && body.length > cheapestXml) return false;
  let cost = body.length;
  for (const path of paths) {
    // One wildcard looks at everything once.
    const isPlain = isXml ? plainXml.test(path) : plainJson.test(path.replace(/\[\*\]|\.\*/, ''));
    if (!isPlain) return false;
    cost += path.length * ofPath + (path.includes('*') ? body.length : 0);
  }
  return cost <= cheapest;
}
