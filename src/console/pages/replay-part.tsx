import { useId, useState } from 'react';
import { endOf, isCut, type Simulated } from '../editor/simulation.ts';
import { request, wordsOf } from '../lib/api.ts';
import { useRead } from '../lib/queries.ts';
import type { Timeline } from '../lib/timeline.ts';
import { ThingField } from '../parts/thing-select.tsx';

/** As `POST /v1.0/calls/{id}/replay` answers. */
interface Replay {
  readonly is_same: boolean;
  readonly steps: readonly { readonly was?: string; readonly is?: string }[];
  readonly assumed: readonly string[];
  readonly ended: Simulated['ended'];
}

/** A call that was traced, met once more: what went as it did, and what would go another way by now. */
export function ReplayPart({ id }: { readonly id: string }) {
  const address = `/v1.0/calls/${id}`;
  const { data } = useRead<Timeline>('/v1.0/calls', `${address}/timeline`);
  const [replay, setReplay] = useState<Replay>();
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [flowId, setFlowId] = useState('');
  const [digits, setDigits] = useState('');
  if (!data?.is_traced) return null;
  const hasUnknown = data.events.some(({ type, what }) => type === 'digit' && what === '***');
  const wanted = {
    ...(flowId !== '' && { flow_id: flowId }),
    ...(hasUnknown && digits.trim() !== '' && { digits: groupsOf(digits) }),
  };
  const meet = async (): Promise<void> => {
    setBusy(true);
    setProblem('');
    try {
      setReplay(await request<Replay>('POST', `${address}/replay`, wanted));
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
      <p className="hint">
        What its caller did is done once more, without a phone, and compared. All but the flow is as it is
        now.
      </p>
      <div className="filters">
        <ThingField
          of="flows"
          label="With"
          name="Flow"
          value={flowId}
          none="its flow, as it was"
          onChange={setFlowId}
        />
        {hasUnknown && <Digits value={digits} onChange={setDigits} />}
      </div>
      {problem !== '' && <p role="alert">{problem}</p>}
      {replay && <Differences replay={replay} />}
    </section>
  );
}

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Those that nobody knows, for each input a group. */
function Digits({ value, onChange }: FieldProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Keys that were not kept</label>
      <input
        id={id}
        autoComplete="off"
        placeholder="1234 - 5"
        title="For each input a group; - for one where nothing was pressed"
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </div>
  );
}

/** `1234 - 5` */
function groupsOf(digits: string): readonly string[] {
  return digits
    .trim()
    .split(/\s+/)
    .map((group) => (group === '-' ? '' : group));
}

function Differences({ replay: { steps, assumed, ended } }: { readonly replay: Replay }) {
  const others = steps.filter(({ was, is }) => was !== is).length;
  return (
    <div role="status">
      <p>
        {steps.length} steps, {others === 0 ? 'the same as then' : `${others} of them other than then`}
      </p>
      {isCut(ended) && <p className="notice bad">{endOf({ ended, steps: [] })}</p>}
      <ol>
        {steps.map(({ was, is }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same step may come again
          <li key={index}>
            {was === is ? (
              is
            ) : is === undefined ? (
              <>
                <del>{was}</del> <span className="soft">then</span>
              </>
            ) : (
              <>
                <ins>{is}</ins> <span className="soft">now</span>
              </>
            )}
          </li>
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
