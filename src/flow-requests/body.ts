import { WebhookFailure } from '../flows/reading/webhook-failure.ts';
import { type BodyFormat, formatOf, isJsonObject } from './format.ts';
import { multipart } from './multipart.ts';
import { flat, type Parameters, parametersXml } from './parameters.ts';
import type { WebhookOption } from './webhook-option.ts';

type Field = readonly [name: string, value: string];

export interface Body {
  readonly body?: string;
  /** For Content-Type. */
  readonly contentType?: string;
  /** Parameters that have no place in this body: they go into the query. */
  readonly inQuery: readonly Field[];
}

const contentTypes: Readonly<Record<Exclude<BodyFormat, 'none' | 'multipart'>, string>> = {
  json: 'application/json',
  xml: 'application/xml',
  form: 'application/x-www-form-urlencoded',
  raw: 'application/json', // only where neither `data_type` nor a format says otherwise
};

/** The body, in its format, with the parameters in it. */
export function bodyOf(option: WebhookOption, parameters: Parameters): Body {
  const format = formatOf(option);
  const fields = flat(parameters);
  if (format === 'none') return { inQuery: fields };
  const made =
    option.data === '' ? bodyOfParameters(format, parameters) : withData(format, option, parameters);
  if (made.body === undefined) return { inQuery: fields };
  const contentType = made.contentType ?? (option.data_type || contentTypes[plain(format)]);
  return { body: made.body, contentType, inQuery: made.isComplete ? [] : fields };
}

interface Made {
  readonly body?: string;
  readonly contentType?: string;
  /** Whether the parameters are in it. */
  readonly isComplete: boolean;
}

function bodyOfParameters(format: BodyFormat, parameters: Parameters): Made {
  const fields = flat(parameters);
  if (fields.length === 0 && Object.keys(parameters).length === 0) return { isComplete: true };
  switch (format) {
    case 'json':
      return { body: JSON.stringify(parameters), isComplete: true };
    case 'xml':
      return { body: parametersXml(parameters), isComplete: true };
    case 'form':
      return { body: String(new URLSearchParams(fields.map(copy))), isComplete: true };
    case 'multipart':
      return { ...multipart(fields), isComplete: true };
    case 'raw':
    case 'none':
      return { isComplete: false };
    default:
      return format satisfies never;
  }
}

function withData(format: BodyFormat, { data }: WebhookOption, parameters: Parameters): Made {
  const isEmpty = Object.keys(parameters).length === 0;
  switch (format) {
    case 'form':
      return {
        body: String(new URLSearchParams([...fieldsOf(data), ...flat(parameters)])),
        isComplete: true,
      };
    case 'multipart':
      return { ...multipart([...fieldsOf(data), ...flat(parameters)]), isComplete: true };
    case 'json': {
      if (typeof data === 'string' && isEmpty) return { body: data, isComplete: true };
      const object = typeof data === 'string' ? objectIn(data) : data;
      if (!object) return { body: String(data), isComplete: false };
      return { body: JSON.stringify({ ...object, ...parameters }), isComplete: true };
    }
    case 'xml':
    case 'raw':
    case 'none':
      return { body: typeof data === 'string' ? data : JSON.stringify(data), isComplete: isEmpty };
    default:
      return format satisfies never;
  }
}

/** A JSON object, as text or already one, or `a=1&b=2`. */
function fieldsOf(data: WebhookOption['data']): [string, string][] {
  if (typeof data === 'string' && !isJsonObject(data)) return [...new URLSearchParams(data)];
  const object = typeof data === 'string' ? objectIn(data) : data;
  if (!object) throw new WebhookFailure('INVALID_REQUEST', 'the fields of the form are no JSON object');
  return Object.entries(object).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((item): [string, string] => [name, text(item)]),
  );
}

function objectIn(data: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(data) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function plain(format: BodyFormat): keyof typeof contentTypes {
  return format === 'none' || format === 'multipart' ? 'raw' : format;
}

function copy([name, value]: Field): [string, string] {
  return [name, value];
}
