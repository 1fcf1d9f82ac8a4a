import { useEffect, useRef, useState } from 'react';
import type WaveSurfer from 'wavesurfer.js';
import { durationText } from '../lib/format.ts';
import { nonce } from '../lib/nonce.ts';
import { useSame } from '../lib/use-same.ts';
import { type Wave, waveLength, waveOf } from '../lib/waveform.ts';

const speeds = [0.75, 1, 1.25, 1.5, 2];
/** In seconds. */
const step = 10;

interface PlayerProps {
  readonly address: string;
  readonly name: string;
  /** Told how loud it is, as soon as that is known. */
  readonly onWave?: (wave: Wave) => void;
}

/** Audio with its waveform, seeking and speed. The waveform is drawn when it is there; the audio plays without it. */
export function Player({ address, name, onWave }: PlayerProps) {
  const place = useRef<HTMLDivElement>(null);
  const audio = useRef<HTMLAudioElement>(null);
  const [speed, setSpeed] = useState(1);
  const [time, setTime] = useState({ now: 0, whole: 0 });
  const [isPlaying, setIsPlaying] = useState(false);
  const [isWrong, setIsWrong] = useState(false);
  const tell = useSame((wave: Wave) => onWave?.(wave));

  useEffect(() => {
    let wave: WaveSurfer | undefined;
    let isGone = false;
    void import('wavesurfer.js').then(({ default: library }) => {
      if (isGone || !place.current || !audio.current) return;
      wave = library.create({
        container: place.current,
        media: audio.current,
        height: 72,
        waveColor: '#7aa896',
        progressColor: '#0b6b4a',
        cspNonce: nonce(),
      });
      wave.on('error', () => undefined); // the audio element tells it
      wave.on('decode', () => wave && tell(waveOf(wave.exportPeaks({ maxLength: waveLength }))));
    });
    return () => {
      isGone = true;
      wave?.destroy();
    };
  }, [tell]);

  const seek = (seconds: number): void => {
    if (audio.current) audio.current.currentTime = Math.max(0, audio.current.currentTime + seconds);
  };
  return (
    <div className="player">
      {/* biome-ignore lint/a11y/useMediaCaption: what was said is in the transcripts, where somebody asked for them */}
      <audio
        ref={audio}
        src={address}
        preload="metadata"
        onPlay={() => setIsPlaying(true)}
        onPause={() => setIsPlaying(false)}
        onError={() => setIsWrong(true)}
        onTimeUpdate={({ currentTarget }) => setTime(timeOf(currentTarget))}
        onLoadedMetadata={({ currentTarget }) => setTime(timeOf(currentTarget))}
      />
      <div ref={place} className="wave" aria-hidden="true" />
      {isWrong ? (
        <p className="notice">There is no audio of it, or not yet.</p>
      ) : (
        <div className="buttons">
          <button
            type="button"
            className="primary"
            onClick={() => void (isPlaying ? audio.current?.pause() : audio.current?.play())}
          >
            {isPlaying ? 'Pause' : 'Play'}
          </button>
          <button type="button" onClick={() => seek(-step)} title={`Back ${step} seconds`}>
            −{step} s
          </button>
          <button type="button" onClick={() => seek(step)} title={`On ${step} seconds`}>
            +{step} s
          </button>
          <input
            type="range"
            aria-label={`Place in ${name}`}
            min={0}
            max={Math.max(time.whole, 0.1)}
            step={0.1}
            value={time.now}
            onChange={({ target }) => {
              if (audio.current) audio.current.currentTime = Number(target.value);
            }}
          />
          <span className="number">
            {durationText(time.now * 1_000)} / {durationText(time.whole * 1_000)}
          </span>
          <select
            aria-label="Speed"
            value={speed}
            onChange={({ target }) => {
              setSpeed(Number(target.value));
              if (audio.current) audio.current.playbackRate = Number(target.value);
            }}
          >
            {speeds.map((each) => (
              <option key={each} value={each}>
                {each}×
              </option>
            ))}
          </select>
          <a href={address} download={name}>
            Download
          </a>
        </div>
      )}
    </div>
  );
}

function timeOf({ currentTime, duration }: HTMLAudioElement): {
  readonly now: number;
  readonly whole: number;
} {
  return { now: currentTime, whole: Number.isFinite(duration) ? duration : 0 };
}
