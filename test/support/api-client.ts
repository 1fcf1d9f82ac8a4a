export interface ApiResponse<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text where it is none; undefined where there is no body. */
  readonly body: T;
}

export interface ApiClientOptions {
  /** Sent as `Authorization: Bearer …`; none where missing. */
  readonly token?: string | undefined;
  /** For one request; 10 s. */
  readonly timeout?: number;
}

/** The REST API as its users call it: `await api.post<Flow>('/v1.0/flows', { … })`. An error is a status, not a throw. */
export class ApiClient {
  readonly #base: string;
  readonly #options: ApiClientOptions;

  constructor(base: string, options: ApiClientOptions = {}) {
    this.#base = base.replace(/\/$/, '');
    this.#options = options;
  }

  get<T = unknown>(path: string): Promise<ApiResponse<T>> {
    return this.request('GET', path);
  }

  post<T = unknown>(path: string, body?: unknown): Promise<ApiResponse<T>> {
    return this.request('POST', path, body);
  }

  put<T = unknown>(path: string, body?: unknown): Promise<ApiResponse<T>> {
    return this.request('PUT', path, body);
  }

  delete<T = unknown>(path: string): Promise<ApiResponse<T>> {
    return this.request('DELETE', path);
  }

  /** The body is trusted to be what the caller says: a test asserts what it needs of it. */
  async request<T = unknown>(method: string, path: string, body?: unknown): Promise<ApiResponse<T>> {
    const { token, timeout = 30_000 } = this.#options;
    const headers = new Headers({ accept: 'application/json' });
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(timeout),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: parse(await response.text()) as T };
  }
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
