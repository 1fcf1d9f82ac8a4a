import { useQuery } from '@tanstack/react-query';
import { request } from './api.ts';
import type { Components, Schema } from './schema.ts';

/** A parameter of a request. */
export interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly description?: string;
  readonly schema?: Schema;
}

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

/** The description of the API, as far as pages are made of it. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Components };
  readonly webhooks?: Readonly<Record<string, { readonly post?: EventOperation }>>;
}

interface EventOperation extends Operation {
  readonly description?: string;
}

/** Read once: it changes with the daemon only. */
export function useApiDocument() {
  return useQuery({
    queryKey: ['/openapi.json'],
    queryFn: ({ signal }) => request<ApiDocument>('GET', '/openapi.json', undefined, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function operationOf(document: ApiDocument, method: string, path: string): Operation | undefined {
  return document.paths[path]?.[method];
}

/** The schema of what is sent as JSON; nothing where there is no such request. */
export function bodyOf(document: ApiDocument, method: string, path: string): Schema | undefined {
  return operationOf(document, method, path)?.requestBody?.content?.['application/json']?.schema;
}
