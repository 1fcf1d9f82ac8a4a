import { timeText } from '../lib/format.ts';
import { useRead } from '../lib/queries.ts';
import type { Session } from '../lib/session.ts';
import { Heading, Pill } from '../parts/bits.tsx';
import { Order } from '../parts/order.tsx';

interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, boolean>>;
  readonly reasons: readonly string[];
}

interface Drain {
  readonly draining: boolean;
}

const meanings: Readonly<Record<string, string>> = {
  ari: 'Asterisk is connected',
  application: 'Asterisk knows our application',
  store: 'the store can write',
  open: 'new calls are taken',
};

/** Whether all is well, and who is signed in. */
export function SystemPage({ session }: { readonly session: Session }) {
  const { data: drain } = useRead<Drain>('/v1.0/drain', '/v1.0/drain', { refetch: 5_000 });
  return (
    <>
      <Heading title="System">
        {drain &&
          (drain.draining ? (
            <Order
              text="Take calls again"
              method="DELETE"
              address="/v1.0/drain"
              changes={['/v1.0/drain', '/readyz']}
            />
          ) : (
            <Order
              text="Keep new calls out"
              address="/v1.0/drain"
              changes={['/v1.0/drain', '/readyz']}
              isDanger
            />
          ))}
      </Heading>
      <Checks />
      <section className="card">
        <h2>This session</h2>
        <dl className="fields">
          <div className="pair">
            <dt>ariflow</dt>
            <dd>{session.version}</dd>
          </div>
          <div className="pair">
            <dt>Since</dt>
            <dd>{timeText(session.tm_create)}</dd>
          </div>
          <div className="pair">
            <dt>Until</dt>
            <dd>{timeText(session.tm_expire)}</dd>
          </div>
          <div className="pair">
            <dt>Phone</dt>
            <dd>{session.phone.available ? 'there is one' : session.phone.reason}</dd>
          </div>
        </dl>
        <p>
          The whole API is readable at <a href="/docs">/docs</a>, its figures at <code>/metrics</code>.
        </p>
      </section>
    </>
  );
}

function Checks() {
  const { data } = useRead<Readiness>('/readyz', '/readyz', { refetch: 5_000 });
  if (!data) return <p className="notice bad">ariflow is not ready for calls.</p>;
  return (
    <section className="card">
      <h2>
        Checks <Pill text={data.ready ? 'ready' : 'not ready'} />
      </h2>
      <ul>
        {Object.entries(data.checks).map(([name, isGood]) => (
          <li key={name}>
            {meanings[name] ?? name}: {isGood ? 'yes' : 'no'}
          </li>
        ))}
      </ul>
      {data.reasons.length > 0 && <p className="notice">{data.reasons.join(', ')}</p>}
    </section>
  );
}
