import { ActionError } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { Semaphore } from '../core/semaphore.ts';
import type { RecordingRecord } from '../recordings/recording-record.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { directionsOf, transcribeRecording } from './recorded-transcription.ts';
import type { TranscribeRecord } from './transcribe-record.ts';
import type { Transcription } from './transcription.ts';

export interface RecordingLineOptions {
  readonly recordings: Pick<Recordings, 'whenOver' | 'file'>;
  /** Its end leaves those that are not over to the next start. */
  readonly scope: Scope;
}

/** So many recordings are heard at once, and so many may wait for that. */
const turns = 4;
const mostInLine = 1_000;

/** The recordings that are being transcribed, or wait for their turn. */
export class RecordingLine {
  readonly #options: RecordingLineOptions;
  readonly #transcriptions = new Map<string, Transcription>();
  readonly #turns = new Semaphore(turns);

  constructor(options: RecordingLineOptions) {
    this.#options = options;
  }

  get(id: string): Transcription | undefined {
    return this.#transcriptions.get(id);
  }

  /** Whether any of what is wanted of a recording is being transcribed. */
  isHeard(recording: RecordingRecord, wanted: Pick<TranscribeRecord, 'direction'>): boolean {
    const directions = directionsOf(recording, wanted);
    return this.#transcriptions.values().some(({ record, isHearing }) => {
      const isIt = isHearing && record.reference_id === recording.id;
      return isIt && directionsOf(recording, record).some((direction) => directions.includes(direction));
    });
  }

  /** @throws ActionError `TOO_MANY_TRANSCRIPTIONS` */
  expectRoom(): void {
    if (this.#transcriptions.size >= mostInLine)
      throw new ActionError('TOO_MANY_TRANSCRIPTIONS', 'too many recordings wait to be transcribed');
  }

  /** Lets the recording of a transcription be heard when its turn has come. */
  add(transcription: Transcription): void {
    const { recordings, scope } = this.#options;
    const { id } = transcription.record;
    const own = scope.child();
    this.#transcriptions.set(id, transcription);
    void transcription.whenOver.then(() => {
      this.#transcriptions.delete(id);
      return own.close();
    });
    own.spawn('transcribe', (signal) =>
      transcribeRecording({ transcription, recordings, turns: this.#turns }, signal),
    );
  }
}
