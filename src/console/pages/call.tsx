import { useState } from 'react';
import { request } from '../lib/api.ts';
import type { Call } from '../lib/calls-now.ts';
import { label, offsetText, zeroId } from '../lib/format.ts';
import { changed, useNewest, useThing } from '../lib/queries.ts';
import { resourceOf } from '../lib/resources.ts';
import type { Wave } from '../lib/waveform.ts';
import { Fold, Heading, Party, Pill, Waiting, WrongPage } from '../parts/bits.tsx';
import { CallCommands } from '../parts/call-commands.tsx';
import { PagedList } from '../parts/paged-list.tsx';
import { Player } from '../parts/player.tsx';
import { attempt } from '../parts/toasts.tsx';
import { Value } from '../parts/value.tsx';
import { ReplayPart } from './replay-part.tsx';
import { TimelinePart } from './timeline-part.tsx';

const path = '/v1.0/calls';

export function CallPage({ id }: { readonly id: string }) {
  const { data: call, error } = useThing<Call>(path, id);
  const [waves, setWaves] = useState<ReadonlyMap<string, Wave>>(new Map());
  if (error) return <WrongPage title="Call" above={<a href="#/calls">Calls</a>} error={error} />;
  if (!call) return <Waiting />;
  const isLive = call.status !== 'hangup';
  const hangUp = async (): Promise<void> => {
    await attempt(() => request('POST', `${path}/${id}/hangup`, {}));
    changed(path);
  };
  return (
    <>
      <Heading
        title={
          <>
            <Party address={call.source} /> → <Party address={call.destination} />
          </>
        }
        above={
          <>
            <a href="#/calls">Calls</a> · <Pill text={call.status} />
          </>
        }
      >
        {isLive && <CallCommands call={call} />}
        {isLive && (
          <button type="button" className="danger" onClick={() => void hangUp()}>
            Hang up
          </button>
        )}
        {call.flow_id !== zeroId && (
          <a className="button" href={`#/flows/${call.flow_id}/call/${id}`}>
            Open in the editor
          </a>
        )}
      </Heading>
      <TimelinePart id={id} isLive={isLive} waves={waves} />
      {!isLive && <ReplayPart id={id} />}
      <Recordings
        callId={id}
        onWave={(recording, wave) => setWaves((known) => new Map([...known, [recording, wave]]))}
      />
      <Said callId={id} />
      <Fold title="What it is">
        <dl className="fields">
          {Object.keys(call)
            .filter((name) => !/^(type|recording_ids?|customer_id)$/.test(name))
            .map((name) => (
              <div key={name} className="pair">
                <dt>{label(name)}</dt>
                <dd>
                  <Value name={name} thing={call as unknown as Readonly<Record<string, unknown>>} />
                </dd>
              </div>
            ))}
        </dl>
      </Fold>
      {lists.map(([of, by]) => {
        const resource = resourceOf(of);
        return (
          resource && (
            <section key={of}>
              <PagedList resource={resource} parameters={{ [by]: id }} title={resource.title} />
            </section>
          )
        );
      })}
    </>
  );
}

interface RecordingsProps {
  readonly callId: string;
  /** Told how loud one is. */
  readonly onWave: (recordingId: string, wave: Wave) => void;
}

/** What was recorded of it, to be heard. */
function Recordings({ callId, onWave }: RecordingsProps) {
  const { data } = useNewest<{ readonly id: string; readonly status: string }>(
    '/v1.0/recordings',
    `reference_id=${callId}`,
  );
  const done = (data?.result ?? []).filter(({ status }) => status === 'done');
  return done.map(({ id }) => (
    <section key={id} className="card">
      <h2>
        <a href={`#/recordings/${id}`}>Recording</a>
      </h2>
      <Player
        address={`/v1.0/recordingfiles/${id}`}
        name={`recording ${id}`}
        onWave={(wave) => onWave(id, wave)}
      />
    </section>
  ));
}

interface Transcript {
  readonly id: string;
  readonly direction: string;
  readonly message: string;
  readonly tm_transcript: string;
}

/** What was said on it, where somebody had it written down. */
function Said({ callId }: { readonly callId: string }) {
  const { data } = useNewest<Transcript>('/v1.0/transcripts', `reference_id=${callId}&page_size=100`);
  const said = (data?.result ?? []).toSorted((one, other) =>
    one.tm_transcript < other.tm_transcript ? -1 : 1,
  );
  if (said.length === 0) return null;
  return (
    <section className="card">
      <h2>What was said</h2>
      <ul className="said">
        {said.map(({ id, direction, message, tm_transcript }) => (
          <li key={id} className={direction}>
            <span className="soft">
              {offsetText(tm_transcript)}{' '}
              {direction === 'in' ? 'caller' : direction === 'out' ? 'ariflow' : direction}
            </span>
            <p>
              <bdi>{message}</bdi>
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What belongs to a call, and by which parameter it is found. */
const lists = [
  ['recordings', 'reference_id'],
  ['transcribes', 'reference_id'],
  ['queuecalls', 'reference_id'],
  ['deliveries', 'call_id'],
] as const;
