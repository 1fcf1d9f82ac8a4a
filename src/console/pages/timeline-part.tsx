import { useState } from 'react';
import { actionTitle, instantOf, label, zeroId } from '../lib/format.ts';
import { useRead, useThing } from '../lib/queries.ts';
import {
  axisOf,
  type Placed,
  type Timeline,
  type TimelineEvent,
  ticksOf,
  tickText,
} from '../lib/timeline.ts';
import { isWhole, pathOf, type Wave } from '../lib/waveform.ts';
import { Empty, Scroll, Wrong } from '../parts/bits.tsx';
import { TimelineData } from './timeline-data.tsx';

const path = '/v1.0/calls';

interface TimelinePartProps {
  readonly id: string;
  readonly isLive: boolean;
  /** How loud its recordings are, by their ids, as far as that is known. */
  readonly waves: ReadonlyMap<string, Wave>;
}

/** What a call has met, on one axis, and what there is to say of each. */
export function TimelinePart({ id, isLive, waves }: TimelinePartProps) {
  const address = `${path}/${id}/timeline`;
  const { data, error } = useRead<Timeline>(path, address, isLive ? { refetch: 2_000 } : {});
  const [chosen, setChosen] = useState<TimelineEvent>();
  if (error) return <Wrong error={error} />;
  if (!data) return null;
  const axis = axisOf(data.events, Date.now());
  const whole = axis.end - axis.begin;
  return (
    <section className="card">
      <div className="heading">
        <h2>Timeline</h2>
        <a href={address} download={`call-${id}.json`}>
          Export
        </a>
      </div>
      {data.is_cut && <p className="notice">There was more than is kept of one call.</p>}
      {!data.is_traced && (
        <p className="hint">Digits, variables and bodies are kept of flows that are traced.</p>
      )}
      {data.events.length === 0 && <Empty>Nothing is known of it.</Empty>}
      <Scroll name="Timeline">
        <div className="timeline">
          <div className="lane">
            <span />
            <div className="track ticks">
              {ticksOf(axis).map((tick) => (
                <span key={tick} style={{ left: `${(tick / whole) * 100}%` }}>
                  {tickText(tick, whole)}
                </span>
              ))}
            </div>
          </div>
          {axis.lanes.map(({ type, events }) => (
            <div className="lane" key={type}>
              <span>{label(type)}</span>
              <div className="track">
                {events.map((placed, index) => (
                  <Bar
                    // biome-ignore lint/suspicious/noArrayIndexKey: two events may be alike in all they have
                    key={index}
                    placed={placed}
                    isChosen={placed.event === chosen}
                    wave={type === 'recording' ? waves.get(placed.event.id) : undefined}
                    onChoose={setChosen}
                  />
                ))}
              </div>
            </div>
          ))}
        </div>
      </Scroll>
      {chosen && <Chosen callId={id} event={chosen} begin={axis.begin} />}
    </section>
  );
}

interface BarProps {
  readonly placed: Placed;
  readonly isChosen: boolean;
  /** Of a recording. */
  readonly wave: Wave | undefined;
  readonly onChoose: (event: TimelineEvent) => void;
}

function Bar({ placed: { event, from, width }, isChosen, wave, onChoose }: BarProps) {
  const isWrong = event.type === 'failure' || 'code' in event.data || event.data.state === 'dead';
  return (
    <button
      type="button"
      className={`bar-of ${isWrong ? 'wrong' : ''}`}
      aria-pressed={isChosen}
      title={titleOf(event)}
      style={{ left: `${from * 100}%`, width: `${width * 100}%` }}
      onClick={() => onChoose(event)}
    >
      {wave && isWhole(event) ? (
        <svg viewBox={`0 0 ${wave.length} 2`} preserveAspectRatio="none" aria-hidden="true">
          <path d={pathOf(wave)} />
        </svg>
      ) : event.type === 'flow' ? (
        <FlowName id={event.what} />
      ) : (
        titleOf(event)
      )}
    </button>
  );
}

function FlowName({ id }: { readonly id: string }) {
  const { data } = useThing<{ readonly name: string }>('/v1.0/flows', id === zeroId ? undefined : id);
  return data?.name || 'Flow';
}

function titleOf({ type, what, data }: TimelineEvent): string {
  if (type === 'flow') return `revision ${String(data.flow_revision ?? '–')}`;
  return type === 'action' || type === 'failure'
    ? actionTitle(what)
    : type === 'playback'
      ? what.slice(0, 24)
      : what;
}

interface ChosenProps {
  readonly callId: string;
  readonly event: TimelineEvent;
  /** In milliseconds since 1970. */
  readonly begin: number;
}

function Chosen({ callId, event, begin }: ChosenProps) {
  const [from, to] = [instantOf(event.tm), instantOf(event.tm_end)];
  const at = from ? ((from.getTime() - begin) / 1_000).toFixed(3) : '–';
  const length = from && to ? ((to.getTime() - from.getTime()) / 1_000).toFixed(3) : undefined;
  return (
    <div role="status">
      <h3>
        {label(event.type)}: {titleOf(event)}
      </h3>
      <p className="soft">
        at {at} s{length === undefined ? ', goes on' : length === '0.000' ? '' : `, for ${length} s`}
        {event.id !== '' && `, ${event.id}`}
      </p>
      <TimelineData event={event} />
      {event.type === 'flow' && event.what !== zeroId && (
        <a className="button" href={`#/flows/${event.what}/call/${callId}`}>
          Open this flow in the editor
        </a>
      )}
    </div>
  );
}
