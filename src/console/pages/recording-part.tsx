import { Order } from '../parts/order.tsx';
import { Player } from '../parts/player.tsx';
import type { SpecialProps } from './special-props.ts';

const path = '/v1.0/recordings';

export function RecordingPart({ thing: { id, status } }: SpecialProps) {
  const isRunning = status === 'recording' || status === 'paused';
  return (
    <section className="card">
      {isRunning ? (
        <div className="buttons">
          {status === 'recording' ? (
            <Order text="Pause" address={`${path}/${id}/pause`} changes={[path]} />
          ) : (
            <Order text="Resume" address={`${path}/${id}/resume`} changes={[path]} />
          )}
        </div>
      ) : (
        <Player address={`/v1.0/recordingfiles/${id}`} name={`recording ${id}`} />
      )}
    </section>
  );
}

export function VoicemailPart({ thing: { id, status, recording_id } }: SpecialProps) {
  const voicemails = '/v1.0/voicemails';
  return (
    <section className="card">
      <Player address={`/v1.0/recordingfiles/${String(recording_id)}`} name={`voicemail ${id}`} />
      <div className="buttons">
        {status === 'new' ? (
          <Order text="Save" address={`${voicemails}/${id}/save`} changes={[voicemails]} />
        ) : (
          <Order text="Make new again" address={`${voicemails}/${id}/renew`} changes={[voicemails]} />
        )}
      </div>
    </section>
  );
}
