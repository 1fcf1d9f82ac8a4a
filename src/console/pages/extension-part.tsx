import { timeText } from '../lib/format.ts';
import { useRead } from '../lib/queries.ts';
import { Empty } from '../parts/bits.tsx';
import type { SpecialProps } from './special-props.ts';

interface Registration {
  readonly uri: string;
  readonly address: string;
  readonly user_agent: string;
  readonly tm_expire: string;
}

/** In milliseconds: phones come and go without an event. */
const pace = 10_000;

export function ExtensionPart({ thing: { id } }: SpecialProps) {
  const address = `/v1.0/extensions/${id}/registrations`;
  const { data } = useRead<{ readonly result: readonly Registration[] }>('/v1.0/extensions', address, {
    refetch: pace,
  });
  return (
    <section className="card">
      <h2>Phones that are registered</h2>
      {!data || data.result.length === 0 ? (
        <Empty>None is.</Empty>
      ) : (
        <ul>
          {data.result.map(({ uri, address: from, user_agent, tm_expire }) => (
            <li key={uri}>
              {user_agent || 'A phone'} at {from}, until {timeText(tm_expire)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
