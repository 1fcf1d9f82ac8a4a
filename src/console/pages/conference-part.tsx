import { useState } from 'react';
import { request } from '../lib/api.ts';
import { useRead } from '../lib/queries.ts';
import { Empty, Scroll, Since } from '../parts/bits.tsx';
import { Order } from '../parts/order.tsx';
import { attempt } from '../parts/toasts.tsx';
import { Reference } from '../parts/value.tsx';
import type { SpecialProps } from './special-props.ts';

interface Participant {
  readonly call_id: string;
  readonly muted: boolean;
  readonly tm_join: string;
}

/** Who is in it changes with its confbridge. */
const changing = '/v1.0/confbridges';

export function ConferencePart({ thing: { id } }: SpecialProps) {
  const path = `/v1.0/conferences/${id}`;
  const { data } = useRead<{ readonly result: readonly Participant[] }>(changing, `${path}/participants`);
  const [text, setText] = useState('');
  const participants = data?.result ?? [];
  return (
    <section className="card">
      <h2>In it now</h2>
      {participants.length === 0 ? (
        <Empty>Nobody is in it.</Empty>
      ) : (
        <>
          <Scroll name="In it now">
            <table>
              <thead>
                <tr>
                  <th scope="col">Call</th>
                  <th scope="col">For</th>
                  <th scope="col">Do</th>
                </tr>
              </thead>
              <tbody>
                {participants.map(({ call_id, muted, tm_join }) => (
                  <tr key={call_id}>
                    <td>
                      <Reference path="calls" id={call_id} />
                    </td>
                    <td>
                      <Since time={tm_join} />
                    </td>
                    <td>
                      <div className="buttons small">
                        <Order
                          text={muted ? 'Unmute' : 'Mute'}
                          method={muted ? 'DELETE' : 'POST'}
                          address={`${path}/participants/${call_id}/mute`}
                          changes={[changing]}
                          isPressed={muted}
                        />
                        <Order
                          text="Kick"
                          address={`${path}/participants/${call_id}/kick`}
                          changes={[changing]}
                          isDanger
                        />
                      </div>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void attempt(() => request('POST', `${path}/talk`, { text }), 'It is being said.');
            }}
          >
            <label>
              Say to all
              <input value={text} required onChange={({ target }) => setText(target.value)} />
            </label>
            <div className="buttons">
              <button type="submit">Say it</button>
              <Order text="Record" address={`${path}/recording_start`} changes={['/v1.0/recordings']} />
              <Order
                text="Stop recording"
                address={`${path}/recording_stop`}
                changes={['/v1.0/recordings']}
              />
            </div>
          </form>
        </>
      )}
    </section>
  );
}
