import { mayDiffer, parseExact } from '../../core/exact-json.ts';
import { depthOf } from '../../core/json-depth.ts';
import { type Assignments, assignmentsOf } from './assignments.ts';
import { atJsonPath } from './json-path.ts';
import { ownFields } from './own-fields.ts';
import type { Mapping, ResponseOption } from './response-option.ts';
import { WebhookFailure } from './webhook-failure.ts';
import { atXmlPath, parseXml } from './xml-path.ts';

/** Deeper than any reply that means well. */
const deepest = 64;

/**
 * The variables that a good reply sets. It may take any time, which the map and the reply decide: `reading/` says where it is done.
 * `at` is told each path before it is looked for.
 * @throws WebhookFailure `INVALID_RESPONSE` where it is not of the type asked for, `INVALID_RESPONSE_MAP` where a path is
 * none, or finds nothing that is mandatory
 */
export function mapReply(
  text: string,
  response: ResponseOption | undefined,
  at: (path: string) => void = () => undefined,
): Assignments {
  if (!response) return ownFields(parsed(text, () => undefined));
  switch (response.type) {
    case 'json': {
      const exact = parsed(text, noJson);
      if (response.map.length === 0) return ownFields(exact);
      const reply = { value: mayDiffer(text) ? (JSON.parse(text) as unknown) : exact, exact };
      return mapped(response.map, at, (path) => atJsonPath(path, reply));
    }
    case 'xml': {
      const document = parsedXml(text);
      return mapped(response.map, at, (path) => atXmlPath(path, document));
    }
    case 'actions':
      return [];
    default:
      return response.type satisfies never;
  }
}

function mapped(
  map: readonly Mapping[],
  begin: (path: string) => void,
  find: (path: string) => unknown,
): Assignments {
  return map.flatMap((mapping) => {
    begin(mapping.path);
    return one(mapping, find);
  });
}

function one({ variable, path, mandatory }: Mapping, find: (path: string) => unknown): Assignments {
  const set = assignmentsOf(variable, found(path, find));
  if (set.length === 0 && mandatory)
    throw new WebhookFailure('INVALID_RESPONSE_MAP', `the reply has nothing at ${path}`);
  return set;
}

function found(path: string, find: (path: string) => unknown): unknown {
  try {
    return find(path);
  } catch (cause) {
    throw new WebhookFailure('INVALID_RESPONSE_MAP', `the path ${path} is none, or cannot be followed`, {
      cause,
    });
  }
}

function parsed(text: string, otherwise: (cause: unknown) => undefined): unknown {
  try {
    if (depthOf(text) > deepest) return otherwise(new Error('nested too deeply'));
    const value = parseExact(text);
    return hasHalfCharacter(text, value) ? otherwise(new Error('half a character')) : value;
  } catch (error) {
    return otherwise(error);
  }
}

/** By an escape, `\\ud800`: it is no text, and would go on as U+FFFD. Written again it is an escape once more, and nothing else is. */
function hasHalfCharacter(text: string, value: unknown): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return false;
  return /\\ud[89a-f]/.test(JSON.stringify(value).replaceAll('\\\\', ''));
}

function noJson(cause: unknown): never {
  throw new WebhookFailure('INVALID_RESPONSE', 'the reply is not JSON', { cause });
}

function parsedXml(text: string) {
  try {
    return parseXml(text);
  } catch (cause) {
    throw new WebhookFailure('INVALID_RESPONSE', 'the reply is not XML', { cause });
  }
}
