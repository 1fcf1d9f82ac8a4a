import { bounded } from '../../core/bounded.ts';
import { mayDiffer, parseExact } from '../../core/exact-json.ts';
import { depthOf } from '../../core/json-depth.ts';
import { type Assignments, assignmentsOf } from './assignments.ts';
import { WebhookFailure } from './failure.ts';
import { atJsonPath } from './json-path.ts';
import type { Mapping, ResponseOption } from './option.ts';
import { ownFields } from './own-fields.ts';
import { atXmlPath, parseXml } from './xml-path.ts';

/** Deeper than any reply that means well. */
const deepest = 64;

/** A reply is taken apart on the thread that serves everybody. */
const longestParsing = 500;
const longestMapping = 500;

/**
 * The variables that a good reply sets.
 * @throws WebhookFailure `INVALID_RESPONSE` where it is not of the type asked for, `INVALID_RESPONSE_MAP` where a path is
 * none, or finds nothing that is mandatory
 */
export function mapReply(text: string, response: ResponseOption | undefined): Assignments {
  if (!response) return ownFields(parsed(text, () => undefined));
  switch (response.type) {
    case 'json': {
      const exact = parsed(text, noJson);
      if (response.map.length === 0) return ownFields(exact);
      const reply = { value: mayDiffer(text) ? (JSON.parse(text) as unknown) : exact, exact };
      return mapped(response.map, (path) => atJsonPath(path, reply));
    }
    case 'xml': {
      const document = parsedXml(text);
      return mapped(response.map, (path) => atXmlPath(path, document));
    }
    case 'actions':
      return [];
    default:
      return response.type satisfies never;
  }
}

function mapped(map: readonly Mapping[], at: (path: string) => unknown): Assignments {
  try {
    return bounded(longestMapping, () => map.flatMap((mapping) => one(mapping, at)));
  } catch (cause) {
    if (cause instanceof WebhookFailure) throw cause;
    throw new WebhookFailure('INVALID_RESPONSE_MAP', 'a path of the map is none, or takes too long', {
      cause,
    });
  }
}

function one({ variable, path, mandatory }: Mapping, at: (path: string) => unknown): Assignments {
  const set = assignmentsOf(variable, at(path));
  if (set.length === 0 && mandatory)
    throw new WebhookFailure('INVALID_RESPONSE_MAP', `the reply has nothing at ${path}`);
  return set;
}

function parsed(text: string, otherwise: (cause: unknown) => undefined): unknown {
  try {
    if (depthOf(text) > deepest) return otherwise(new Error('nested too deeply'));
    return parseExact(text);
  } catch (error) {
    return otherwise(error);
  }
}

function noJson(cause: unknown): never {
  throw new WebhookFailure('INVALID_RESPONSE', 'the reply is not JSON', { cause });
}

function parsedXml(text: string) {
  try {
    return bounded(longestParsing, () => parseXml(text));
  } catch (cause) {
    throw new WebhookFailure('INVALID_RESPONSE', 'the reply is not XML', { cause });
  }
}
