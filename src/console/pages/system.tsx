import { timeText } from '../lib/format.ts';
import { useRead } from '../lib/queries.ts';
import type { Session } from '../lib/session.ts';
import { Heading, Pill, Waiting, Wrong } from '../parts/bits.tsx';
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
      <Ready />
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

function Ready() {
  const { data } = useRead<Readiness>('/readyz', '/readyz', { refetch: 5_000 });
  if (!data) return <p className="notice bad">ariflow is not ready for calls.</p>;
  return (
    <section className="card">
      <h2>
        This daemon <Pill text={data.ready ? 'ready' : 'not ready'} />
      </h2>
      <ul className="checks">
        {Object.entries(data.checks).map(([name, isGood]) => (
          <li key={name}>
            <Pill text={isGood ? 'ok' : 'problem'} /> {meanings[name] ?? name}
          </li>
        ))}
      </ul>
      {data.reasons.length > 0 && <p className="notice">{data.reasons.join(', ')}</p>}
    </section>
  );
}

interface Finding {
  readonly what: string;
  readonly verdict: 'good' | 'warning' | 'problem';
  readonly text: string;
}

interface Findings {
  readonly result: readonly Finding[];
  readonly tm_check: string;
}

const order = ['problem', 'warning', 'good'];

/** What `ariflow doctor` says, the worst first. */
function Checks() {
  const { data, error, isFetching, refetch } = useRead<Findings>('/v1.0/checks', '/v1.0/checks');
  const found = (data?.result ?? []).toSorted(
    (one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict),
  );
  return (
    <section className="card">
      <div className="heading">
        <h2>Configuration check</h2>
        <button type="button" disabled={isFetching} onClick={() => void refetch()}>
          {isFetching ? 'Looking …' : 'Look again'}
        </button>
      </div>
      {error && <Wrong error={error} />}
      {!data && !error && <Waiting />}
      {found.length > 0 && (
        <ul className="checks">
          {found.map(({ what, verdict, text }) => (
            <li key={`${what} ${text}`}>
              <Pill text={verdict === 'good' ? 'ok' : verdict} />{' '}
              <span>
                <strong>
                  <bdi>{what}</bdi>
                </strong>{' '}
                <bdi>{text}</bdi>
              </span>
            </li>
          ))}
        </ul>
      )}
      {data && (
        <p className="soft">
          Looked at {timeText(data.tm_check)}. <code>ariflow doctor</code> says the same at the machine.
        </p>
      )}
    </section>
  );
}
