import { useState } from 'react';
import { request, wordsOf } from '../lib/api.ts';
import { useRead } from '../lib/queries.ts';
import type { Timeline } from '../lib/timeline.ts';

/** As `POST /v1.0/calls/{id}/replay` answers. */
interface Replay {
  readonly is_same: boolean;
  readonly steps: readonly { readonly was?: string; readonly is?: string }[];
  readonly assumed: readonly string[];
}

/** A call that was traced, met once more: what went as it did, and what would go another way by now. */
export function ReplayPart({ id }: { readonly id: string }) {
  const address = `/v1.0/calls/${id}`;
  const { data } = useRead<Timeline>('/v1.0/calls', `${address}/timeline`);
  const [replay, setReplay] = useState<Replay>();
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  if (!data?.is_traced) return null;
  const meet = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      setReplay(await request<Replay>('POST', `${address}/replay`, {}));
    } catch (error) {
      setProblem(wordsOf(error));
    }
    setBusy(false);
  };
  return (
    <section className="card">
      <div className="heading">
        <h2>Once more</h2>
        <button type="button" disabled={isBusy} onClick={() => void meet()}>
          Replay
        </button>
      </div>
      <p className="hint">Without a phone, with its flow as it was, and with all else as it is now.</p>
      {problem !== '' && <p role="alert">{problem}</p>}
      {replay && <Differences replay={replay} />}
    </section>
  );
}

function Differences({ replay: { steps, assumed } }: { readonly replay: Replay }) {
  const others = steps.filter(({ was, is }) => was !== is).length;
  return (
    <div role="status">
      <p>
        {steps.length} steps, {others === 0 ? 'the same as then' : `${others} of them other than then`}
      </p>
      <ol>
        {steps.map(({ was, is }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same step may come again
          <li key={index}>{was === is ? is : is === undefined ? <del>{was}</del> : <ins>{is}</ins>}</li>
        ))}
      </ol>
      {assumed.map((what) => (
        <p key={what} className="soft">
          assumed: {what}
        </p>
      ))}
    </div>
  );
}
