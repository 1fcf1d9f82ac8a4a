import { durationText } from '../lib/format.ts';
import { useNewest, useRead } from '../lib/queries.ts';
import { Empty, Scroll, Since, Wrong } from '../parts/bits.tsx';
import { Order } from '../parts/order.tsx';
import { Reference } from '../parts/value.tsx';
import { AgentsOf } from './agent-parts.tsx';
import type { SpecialProps } from './special-props.ts';

interface Statistics {
  readonly waiting: number;
  readonly talking: number;
  readonly offered: number;
  readonly served: number;
  readonly abandoned: number;
  readonly service_level: number | null;
  readonly longest_wait: number;
  readonly average_wait: number | null;
  readonly callbacks: number;
}

interface Queuecall {
  readonly id: string;
  readonly status: string;
  readonly reference_id: string;
  readonly service_agent_id: string;
  readonly tm_create: string;
  readonly tm_service: string;
  readonly priority: number;
}

const calls = '/v1.0/queuecalls';
/** In milliseconds: waiting times grow without an event. */
const pace = 5_000;

/** All queues, for a screen on a wall. */
export function QueueWall() {
  const { data } = useNewest<Queue>('/v1.0/queues');
  return (
    <div className="cards wide-cards">
      {(data?.result ?? []).slice(0, 24).map(({ id, name, tag_ids }) => (
        <section key={id} className="card">
          <h2>
            <a href={`#/queues/${id}`}>
              <bdi>{name}</bdi>
            </a>
          </h2>
          <Figures id={id} isShort />
          <div className="columns">
            <div>
              <h3>Waiting</h3>
              <Waiters id={id} />
            </div>
            <div>
              <h3>Agents</h3>
              <AgentsOf tags={tag_ids} />
            </div>
          </div>
        </section>
      ))}
    </div>
  );
}

interface Queue {
  readonly id: string;
  readonly name: string;
  readonly tag_ids: readonly string[];
}

/** Who waits, longest first. */
function Waiters({ id }: { readonly id: string }) {
  const { data } = useNewest<Queuecall>(calls, `queue_id=${id}&status=wait`);
  const waiting = (data?.result ?? []).toReversed();
  if (!data) return null;
  if (waiting.length === 0) return <p className="soft">Nobody.</p>;
  return (
    <ol className="people">
      {waiting.slice(0, most).map((call) => (
        <li key={call.id}>
          <Reference path="calls" id={call.reference_id} /> <Since time={call.tm_create} />
        </li>
      ))}
      {waiting.length > most && <li className="soft">and {waiting.length - most} more</li>}
    </ol>
  );
}

/** Of those who wait. */
const most = 8;

function Figures({ id, isShort = false }: { readonly id: string; readonly isShort?: boolean }) {
  const { data, error } = useRead<Statistics>(calls, `/v1.0/queues/${id}/statistics`, { refetch: pace });
  if (error) return <Wrong error={error} />;
  if (!data) return null;
  const figures: readonly (readonly [string, string])[] = [
    ['waiting', String(data.waiting)],
    ['talking', String(data.talking)],
    ['longest wait', durationText(data.longest_wait)],
    ['service level', data.service_level === null ? '–' : `${Math.round(data.service_level * 100)} %`],
    ['offered', String(data.offered)],
    ['served', String(data.served)],
    ['abandoned', String(data.abandoned)],
    ['to be called back', String(data.callbacks)],
  ];
  return (
    <div className={isShort ? 'figures short' : 'figures'}>
      {figures.slice(0, isShort ? 4 : undefined).map(([name, text]) => (
        <div key={name}>
          <div className="big">{text}</div>
          <div className="soft">{name}</div>
        </div>
      ))}
    </div>
  );
}

export function QueuePart({ thing: { id, tag_ids } }: SpecialProps) {
  const waiting = useNewest<Queuecall>(calls, `queue_id=${id}&status=wait`);
  const served = useNewest<Queuecall>(calls, `queue_id=${id}&status=service`);
  const now = [...(waiting.data?.result ?? []), ...(served.data?.result ?? [])];
  return (
    <>
      <section className="card">
        <h2>Now</h2>
        <Figures id={id} />
      </section>
      <section className="card">
        <h2>Its agents</h2>
        <AgentsOf tags={Array.isArray(tag_ids) ? (tag_ids as readonly string[]) : []} />
      </section>
      <section className="card">
        <h2>Calls in it</h2>
        {now.length === 0 ? (
          <Empty>Nobody waits, and nobody talks.</Empty>
        ) : (
          <Scroll name="Calls in it">
            <table>
              <thead>
                <tr>
                  <th scope="col">Call</th>
                  <th scope="col">Is</th>
                  <th scope="col">For</th>
                  <th scope="col">Agent</th>
                  <th scope="col">Do</th>
                </tr>
              </thead>
              <tbody>
                {now.map((call) => (
                  <tr key={call.id}>
                    <td>
                      <Reference path="calls" id={call.reference_id} />
                    </td>
                    <td>{call.status === 'wait' ? 'waiting' : 'talking'}</td>
                    <td>
                      <Since time={call.status === 'wait' ? call.tm_create : call.tm_service} />
                    </td>
                    <td>
                      {call.status === 'service' ? (
                        <Reference path="agents" id={call.service_agent_id} />
                      ) : (
                        '–'
                      )}
                    </td>
                    <td>
                      <div className="buttons small">
                        <Order
                          text="Take out"
                          address={`${calls}/${call.id}/kick`}
                          changes={[calls]}
                          isDanger
                        />
                      </div>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        )}
      </section>
    </>
  );
}

export function QueuecallPart({ thing: { id, status } }: SpecialProps) {
  if (status !== 'wait' && status !== 'entering') return null;
  return (
    <div className="buttons card">
      <Order text="Take out of the queue" address={`${calls}/${id}/kick`} changes={[calls]} isDanger />
    </div>
  );
}
