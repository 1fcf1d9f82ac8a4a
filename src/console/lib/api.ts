/** One thing wrong with what was sent, and where: `actions[2].option.duration`. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** The daemon's answer to a request that it did not carry out; or that there was none. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** 0 where nobody has answered. */
  readonly status: number;
  readonly reason: string;
  readonly problems: readonly Problem[];

  constructor(status: number, reason: string, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.problems = problems;
  }
}

export interface Page<T> {
  readonly result: readonly T[];
  readonly next_page_token: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

interface RequestOptions {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

/** In milliseconds: nobody looks at a page for longer that shows nothing. */
const patience = 30_000;

let whenSignedOut: () => void = () => undefined;

/** Who is told that the session is over. */
export function onSignedOut(listener: () => void): void {
  whenSignedOut = listener;
}

/**
 * A request to the daemon: `await request<Flow>('GET', '/v1.0/flows/…')`. A `Blob` is sent as it is, all else as JSON.
 * @throws ApiError
 */
export async function request<T>(
  method: Method,
  path: string,
  body?: unknown,
  { signal, headers = {} }: RequestOptions = {},
): Promise<T> {
  const isBlob = body instanceof Blob;
  const type = isBlob ? body.type || 'application/octet-stream' : 'application/json';
  const time = AbortSignal.timeout(patience);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      signal: signal ? AbortSignal.any([signal, time]) : time,
      ...(body === undefined ? {} : { body: isBlob ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'UNREACHABLE', 'ariflow does not answer');
  }
  const answer = await parsed(response);
  if (response.ok) return answer as T;
  const error = errorOf(response.status, answer);
  if (error.status === 401) whenSignedOut();
  throw error;
}

async function parsed(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

function errorOf(status: number, answer: unknown): ApiError {
  const { error } = (answer ?? {}) as { error?: Partial<ApiError> & { details?: readonly Problem[] } };
  const message = error?.message ?? `ariflow answers ${status}`;
  return new ApiError(status, error?.reason ?? 'UNKNOWN', message, error?.details ?? []);
}

/** What to tell people of whatever was thrown. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiError) {
    const [first] = error.problems;
    if (!first) return error.message;
    const place = first.path === '' ? '' : `${first.path}: `;
    const said = `${place}${first.message}`;
    // The message may have said it already.
    return error.message.startsWith(said) ? error.message : `${error.message}: ${said}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** The parameters that have a value, as a query. */
export function query(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => !!entry[1]);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

/** A list has a hundred items a page; a session may ask six hundred times a minute. */
const mostPages = 20;

/**
 * A list to its end, or as much of it as is wise to ask for: its newest 2 000 items.
 * @throws ApiError
 */
export async function readAll<T>(
  path: string,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly T[]> {
  const all: T[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < mostPages && token !== ''; pages++) {
    const address = `${path}${query({ ...parameters, page_token: token })}`;
    const page = await request<Page<T>>('GET', address, undefined, { signal });
    all.push(...page.result);
    token = page.next_page_token;
  }
  return all;
}
