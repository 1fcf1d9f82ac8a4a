import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Page, query, request } from '../lib/api.ts';
import { label, timeText } from '../lib/format.ts';
import { nameOf, type Resource } from '../lib/resources.ts';
import { specialOf } from '../pages/special.tsx';
import { Empty, Scroll, Waiting, Wrong } from './bits.tsx';
import { Value } from './value.tsx';

type Thing = Readonly<Record<string, unknown>> & { readonly id: string };

interface PagedListProps {
  readonly resource: Resource;
  /** What the list is narrowed to. */
  readonly parameters?: Readonly<Record<string, string | undefined>>;
  /** Above it; a list with a title is left out while there is nothing in it. */
  readonly title?: string;
}

const perPage = '50';

/** A list, page by page. It is read again where events make it old. */
export function PagedList({ resource, parameters = {}, title }: PagedListProps) {
  const narrowed = query(parameters);
  const [place, setPlace] = useState({ narrowed, tokens: [''] });
  // What is asked for anew begins with its first page.
  const tokens = place.narrowed === narrowed ? place.tokens : [''];
  const path = `/v1.0/${resource.path}`;
  const address = `${path}${query({ ...parameters, page_size: perPage, page_token: tokens.at(-1) })}`;
  const { data, error, isPlaceholderData } = useQuery<Page<Thing>>({
    queryKey: [path, 'page', address],
    queryFn: ({ signal }) => request('GET', address, undefined, { signal }),
    placeholderData: keepPreviousData,
  });
  if (error) return <Wrong error={error} />;
  if (!data) return title === undefined ? <Waiting /> : null;
  const { result, next_page_token: next } = data;
  if (title !== undefined && result.length === 0 && tokens.length === 1 && next === '') return null;
  return (
    <>
      {title !== undefined && <h2>{title}</h2>}
      {result.length === 0 ? (
        <Empty>
          {next === '' ? 'There is nothing here.' : 'Nothing on this page; there may be on the next.'}
        </Empty>
      ) : (
        <Scroll name={resource.title}>
          <table>
            <thead>
              <tr>
                {resource.columns.map((column) => (
                  <th key={column} scope="col">
                    {label(column)}
                  </th>
                ))}
                {resource.isOnlyListed && <th scope="col">Do</th>}
              </tr>
            </thead>
            <tbody>
              {result.map((thing) => (
                <Row key={thing.id} resource={resource} thing={thing} />
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
      {(tokens.length > 1 || next !== '') && (
        <div className="buttons">
          <button
            type="button"
            disabled={tokens.length < 2}
            onClick={() => setPlace({ narrowed, tokens: tokens.slice(0, -1) })}
          >
            Newer
          </button>
          <span className="soft">Page {tokens.length}</span>
          <button
            type="button"
            disabled={next === '' || isPlaceholderData}
            onClick={() => setPlace({ narrowed, tokens: [...tokens, next] })}
          >
            Older
          </button>
        </div>
      )}
    </>
  );
}

function Row({ resource, thing }: { readonly resource: Resource; readonly thing: Thing }) {
  const [first, ...others] = resource.columns;
  const address = `#/${resource.path}/${thing.id}`;
  const Special = resource.isOnlyListed ? specialOf(resource.path) : undefined;
  const isPlain = first !== undefined && typeof thing[first] === 'string' && !first.endsWith('_id');
  return (
    <tr>
      <td>
        {!resource.isOnlyListed && (
          <a href={address} className={first?.startsWith('tm_') ? 'nowrap' : undefined}>
            <bdi>{isPlain ? firstText(first, thing) || nameOf(resource.path, thing) : 'Open'}</bdi>
          </a>
        )}
        {(!isPlain || resource.isOnlyListed) && first && (
          <>
            {' '}
            <Value name={first} thing={thing} />
          </>
        )}
      </td>
      {others.map((column) => (
        <td key={column}>
          <Value name={column} thing={thing} />
        </td>
      ))}
      {Special && (
        <td>
          <Special thing={thing} />
        </td>
      )}
    </tr>
  );
}

function firstText(name: string, thing: Thing): string {
  return name.startsWith('tm_') ? timeText(String(thing[name])) : String(thing[name]);
}
