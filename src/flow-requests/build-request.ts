import { withoutValue } from '../flows/option.ts';
import { WebhookFailure } from '../flows/reading/webhook-failure.ts';
import { placeholders } from '../flows/substitute.ts';
import type { BuiltRequest } from '../ports/http.ts';
import { bodyOf } from './body.ts';
import { allParameters, flat, type Known, type ParameterKind, parametersOf } from './parameters.ts';
import type { WebhookAuth, WebhookOption } from './webhook-option.ts';

/** Where it goes, once a stored webhook has supplied what the option does not say. */
export interface Target {
  readonly uri: string;
  readonly method: BuiltRequest['method'];
  readonly auth: WebhookAuth | undefined;
}

export interface RequestFacts {
  readonly target: Target;
  /** The option as the author wrote it, with its placeholders. */
  readonly written: Readonly<Record<string, unknown>>;
  readonly lookUp: (name: string) => string;
  readonly known: Known;
}

/**
 * The request, complete but for its times.
 * @throws WebhookFailure `INVALID_FLOW_VAR` where something needed resolves to nothing, `INVALID_REQUEST` where it is none
 */
export function buildRequest(option: WebhookOption, facts: RequestFacts): BuiltRequest {
  const { target, written, lookUp, known } = facts;
  const { method } = target;
  requireValues(written.uri, lookUp);
  const isInBody = method === 'POST' || method === 'PUT' || method === 'PATCH';
  const parameters = parametersOf(kindsOf(option, isInBody), known);
  const made = bodyOf(option, isInBody ? parameters : {});
  const inQuery = isInBody ? made.inQuery : flat(parameters);
  const query = given(option.query, written.query, lookUp).map(({ name, value }): [string, string] => [
    name,
    value,
  ]);
  const type = made.body === undefined ? undefined : made.contentType;
  const headers = {
    ...(type !== undefined && { 'content-type': type }),
    ...authorization(target.auth),
    ...headersOf(given(option.headers, written.headers, lookUp), made.contentType),
  };
  return {
    method,
    url: withQuery(target.uri, [
      ...query,
      ...inQuery.map(([name, value]): [string, string] => [name, value]),
    ]),
    headers,
    ...(made.body !== undefined && { body: made.body }),
    ...((method === 'GET' || method === 'HEAD') && { maxRedirects: 3 }),
  };
}

/** A body of the named format and nothing to put into it: then it is the variables, all of them. */
function kindsOf(
  { parameters, body_type, data }: WebhookOption,
  isInBody: boolean,
): readonly ParameterKind[] {
  if (parameters) return parameters;
  const isForParameters = body_type === 'json' || body_type === 'xml' || body_type === 'form';
  return isInBody && isForParameters && data === '' ? allParameters : [];
}

function requireValues(uri: unknown, lookUp: RequestFacts['lookUp']): void {
  const missing = placeholders(uri).find((name) => lookUp(name) === '');
  if (missing !== undefined)
    throw new WebhookFailure('INVALID_FLOW_VAR', `the URL needs the variable ${missing}, which has no value`);
}

interface Pair {
  readonly name: string;
  readonly value: string;
  readonly mandatory: boolean;
}

/** Those that have a value: a text whose placeholders all resolve to nothing has none, whatever stands around them. */
function given(pairs: readonly Pair[], written: unknown, lookUp: RequestFacts['lookUp']): readonly Pair[] {
  const texts = Array.isArray(written) ? (written as { value?: unknown }[]) : []; // the option has parsed it
  return pairs.filter(({ name, value, mandatory }, index) => {
    const names = placeholders(texts[index]?.value);
    const hasValue =
      value !== '' && (names.length === 0 || names.some((variable) => lookUp(variable) !== ''));
    if (!hasValue && mandatory)
      throw new WebhookFailure(
        'INVALID_FLOW_VAR',
        `${name} is mandatory and has no value${withoutValue(new Set(names))}`,
      );
    return hasValue;
  });
}

function headersOf(pairs: readonly Pair[], contentType: string | undefined): Record<string, string> {
  const isParts = contentType?.startsWith('multipart/') ?? false;
  return Object.fromEntries(
    pairs.flatMap(({ name, value }) => {
      const key = name.toLowerCase();
      // The parts are told apart by what is in ours.
      if (isParts && key === 'content-type') return [];
      return [[key, utf8(oneLine(value, `the header ${name}`))]];
    }),
  );
}

function authorization(auth: WebhookAuth | undefined): Record<string, string> {
  if (!auth || auth.type === 'none') return {};
  if (auth.type === 'bearer') return { authorization: `Bearer ${utf8(oneLine(auth.token, 'the token'))}` };
  const { username, password } = auth;
  const credentials = `${oneLine(username, 'the user name')}:${oneLine(password, 'the password')}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

function oneLine(value: string, what: string): string {
  if (/[\r\n\0]/.test(value))
    throw new WebhookFailure('INVALID_REQUEST', `${what} would have more than one line`);
  return value;
}

/** A header has bytes and not characters; most servers take them for UTF-8. */
function utf8(value: string): string {
  return Buffer.from(value).toString('latin1');
}

/** What is there already stays as it is written: a signature may cover it. */
function withQuery(written: string, pairs: readonly [string, string][]): string {
  const [address = ''] = written.split('#');
  if (pairs.length === 0) return address;
  return `${address}${address.includes('?') ? '&' : '?'}${new URLSearchParams([...pairs])}`;
}
