import { useNewest } from '../lib/queries.ts';
import { Pill } from '../parts/bits.tsx';
import { Order } from '../parts/order.tsx';
import type { SpecialProps } from './special-props.ts';

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly username: string;
  readonly status: string;
  readonly missed_calls: number;
  readonly tag_ids: readonly string[];
}

const path = '/v1.0/agents';

/** All agents with what they do. */
export function AgentWall() {
  const agents = useNewest<Agent>(path).data?.result ?? [];
  return (
    <div className="cards">
      {agents.slice(0, 48).map(({ id, name, username, status, missed_calls }) => (
        <section key={id} className="card">
          <h2>
            <a href={`#/agents/${id}`}>
              <bdi>{name || username}</bdi>
            </a>{' '}
            <Pill text={status} />
          </h2>
          {missed_calls > 0 && <p className="soft">{missed_calls} missed in a row</p>}
          <Statuses id={id} status={status} />
        </section>
      ))}
    </div>
  );
}

/** Those who take the calls of a queue, by their tags, and what they do. */
export function AgentsOf({ tags }: { readonly tags: readonly string[] }) {
  const { data } = useNewest<Agent>(path);
  const own = (data?.result ?? []).filter(
    ({ tag_ids = [] }) => tags.length === 0 || tag_ids.some((tag) => tags.includes(tag)),
  );
  if (!data) return null;
  if (own.length === 0) return <p className="soft">Nobody takes its calls.</p>;
  return (
    <ul className="people">
      {own.slice(0, 24).map(({ id, name, username, status }) => (
        <li key={id}>
          <a href={`#/agents/${id}`}>
            <bdi>{name || username}</bdi>
          </a>{' '}
          <Pill text={status} />
        </li>
      ))}
    </ul>
  );
}

export function AgentPart({ thing: { id, status } }: SpecialProps) {
  return (
    <section className="card">
      <Statuses id={id} status={String(status)} />
    </section>
  );
}

/** What people say of themselves; `busy` and `ringing` come by calls. */
function Statuses({ id, status }: { readonly id: string; readonly status: string }) {
  return (
    <div className="buttons small">
      {['available', 'away', 'offline'].map((each) => (
        <Order
          key={each}
          text={each}
          method="PUT"
          address={`${path}/${id}/status`}
          body={{ status: each }}
          changes={[path]}
          isPressed={each === status}
        />
      ))}
    </div>
  );
}
