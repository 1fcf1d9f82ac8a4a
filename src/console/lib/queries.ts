import { QueryClient, useQuery } from '@tanstack/react-query';
import { ApiError, type Page, request } from './api.ts';

/** All that was read of the daemon. Keys are paths: `['/v1.0/flows', …]`, so that events can say what has become old. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (tries, error) =>
        tries < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: false,
    },
    mutations: { retry: false },
  },
});

/** Reads one thing: `useThing<Flow>('/v1.0/flows', id)`. */
export function useThing<T>(
  path: string,
  id: string | undefined,
  options: { readonly refetch?: number } = {},
) {
  return useQuery<T>({
    queryKey: [path, 'one', id],
    queryFn: ({ signal }) =>
      request<T>('GET', `${path}/${encodeURIComponent(id ?? '')}`, undefined, { signal }),
    enabled: id !== undefined,
    refetchInterval: options.refetch ?? false,
  });
}

/** Reads any address. */
export function useRead<T>(
  path: string,
  address: string,
  options: { readonly refetch?: number; readonly enabled?: boolean } = {},
) {
  return useQuery<T>({
    queryKey: [path, 'read', address],
    queryFn: ({ signal }) => request<T>('GET', address, undefined, { signal }),
    refetchInterval: options.refetch ?? false,
    enabled: options.enabled ?? true,
  });
}

/** Reads the newest of a list, as many as one page has. */
export function useNewest<T>(
  path: string,
  parameters = '',
  options: { readonly refetch?: number; readonly enabled?: boolean } = {},
) {
  return useRead<Page<T>>(path, `${path}${parameters === '' ? '' : `?${parameters}`}`, options);
}

/** What was read below a path is read again where it is looked at. */
export function changed(...paths: readonly string[]): void {
  for (const path of paths) void queries.invalidateQueries({ queryKey: [path] });
}
