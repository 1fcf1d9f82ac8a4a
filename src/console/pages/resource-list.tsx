import { useDeferredValue, useId, useState } from 'react';
import { label } from '../lib/format.ts';
import { bodyOf, operationOf, useApiDocument } from '../lib/openapi.ts';
import { useNewest } from '../lib/queries.ts';
import { nameOf, pathOfReference, resourceOf } from '../lib/resources.ts';
import { Empty, Heading, Waiting, Wrong } from '../parts/bits.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { listActionsOf, wallOf } from './special.tsx';

/** What has a place of its own in a list, or none at all. */
const notFilters = new Set([
  'page_size',
  'page_token',
  'search',
  'since',
  'until',
  'reference_id',
  'within',
  'format',
]);

/** All of a kind: searched and narrowed as the API can. */
export function ResourceList({ kind }: { readonly kind: string }) {
  const resource = resourceOf(kind);
  const { data: document, error } = useApiDocument();
  const [filters, setFilters] = useState<Readonly<Record<string, string>>>({});
  const parameters = useDeferredValue(filters);
  if (!resource) return <Empty>There is no such page.</Empty>;
  if (error) return <Wrong error={error} />;
  if (!document) return <Waiting />;

  const path = `/v1.0/${kind}`;
  const offered = operationOf(document, 'get', path)?.parameters ?? [];
  const canSearch = offered.some(({ name }) => name === 'search');
  const Actions = listActionsOf(kind);
  const Wall = wallOf(kind);
  const change = (name: string, value: string): void => setFilters({ ...filters, [name]: value });
  return (
    <>
      <Heading title={resource.title}>
        {Actions && <Actions />}
        {kind !== 'calls' && bodyOf(document, 'post', path) && (
          <a className="button primary" href={`#/${kind}/new`}>
            New {resource.one}
          </a>
        )}
      </Heading>
      {Wall && <Wall />}
      <div className="filters">
        {canSearch && (
          <label>
            Search
            <input
              type="search"
              maxLength={100}
              value={filters.search ?? ''}
              onChange={({ target }) => change('search', target.value)}
            />
          </label>
        )}
        {offered
          .filter(({ name, in: place }) => place === 'query' && !notFilters.has(name))
          .map(({ name, schema }) => (
            <Filter
              key={name}
              name={name}
              values={schema?.enum?.map(String)}
              value={filters[name] ?? ''}
              onChange={(value) => change(name, value)}
            />
          ))}
      </div>
      <PagedList resource={resource} parameters={parameters} />
    </>
  );
}

interface FilterProps {
  readonly name: string;
  readonly values: readonly string[] | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Filter({ name, values, value, onChange }: FilterProps) {
  const id = useId();
  const path = pathOfReference(name);
  if (path !== undefined && !/^(calls|recordings|transcribes)$/.test(path))
    return <ReferenceFilter name={name} path={path} value={value} onChange={onChange} />;
  return (
    <div className="field">
      <label htmlFor={id}>{label(name)}</label>
      {values ? (
        <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
          <option value="">any</option>
          {values.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      ) : (
        <input id={id} value={value} onChange={({ target }) => onChange(target.value)} />
      )}
    </div>
  );
}

interface Thing {
  readonly id: string;
}

/** What belongs to something that has a name. */
function ReferenceFilter({
  name,
  path,
  value,
  onChange,
}: Omit<FilterProps, 'values'> & { readonly path: string }) {
  const id = useId();
  const { data } = useNewest<Thing>(`/v1.0/${path}`);
  const things = data?.result ?? [];
  return (
    <div className="field">
      <label htmlFor={id}>{label(name)}</label>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        <option value="">any</option>
        {things.map((thing) => (
          <option key={thing.id} value={thing.id}>
            {nameOf(path, { ...thing })}
          </option>
        ))}
      </select>
    </div>
  );
}
