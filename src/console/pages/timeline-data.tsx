import { label } from '../lib/format.ts';
import type { TimelineEvent } from '../lib/timeline.ts';
import { Scroll } from '../parts/bits.tsx';
import { Value } from '../parts/value.tsx';

interface Change {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What else there is to say of an event on the axis. */
export function TimelineData({ event: { type, data } }: { readonly event: TimelineEvent }) {
  if (type === 'variables' && Array.isArray(data.set)) return <Changes set={data.set as readonly Change[]} />;
  const told = Object.keys(data).filter((name) => data[name] !== '' && data[name] !== undefined);
  if (told.length === 0) return null;
  return (
    <dl className="fields">
      {told.map((name) => (
        <div key={name} className="pair">
          <dt>{label(name)}</dt>
          <dd>
            {isText(name, data[name]) ? (
              <pre>{indented(data[name])}</pre>
            ) : (
              <Value name={name} thing={data} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Variables before and after. */
function Changes({ set }: { readonly set: readonly Change[] }) {
  return (
    <Scroll name="Variables">
      <table>
        <thead>
          <tr>
            <th scope="col">Variable</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {set.map(({ name, before, after }) => (
            <tr key={name}>
              <td className="mono">{name}</td>
              <td>
                <bdi>{before || '–'}</bdi>
              </td>
              <td>
                <bdi>{after || '–'}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** What a server was told, and has answered. */
function isText(name: string, value: unknown): value is string {
  return (name === 'body' || name === 'reply') && typeof value === 'string';
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
