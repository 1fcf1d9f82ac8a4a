import type { Change, Deletion } from '../ports/changes.ts';
import type { ReadStore } from '../ports/read-store.ts';
import type { SoundRecord } from './sound-record.ts';

/** What is written of a sound with its audio: both or neither. */
export interface WithAudio {
  readonly audio: Buffer;
  /** How many bytes all sounds may take together. */
  readonly most: number;
}

/** Sounds, and their audio. */
export interface SoundStore extends ReadStore<SoundRecord> {
  /** Grows with every change; `undefined` where others change them too. */
  readonly edition: number | undefined;
  /** In every language, oldest first. */
  byName(name: string): Promise<readonly SoundRecord[]>;
  /** The audio of an `audio_id`, as long as that is some sound's. */
  audio(audioId: string): Promise<Buffer | undefined>;
  /** False where there is no room. @throws StoreError `conflict` where there is one of this name and language */
  add(record: SoundRecord, content: WithAudio): Promise<boolean>;
  /** Puts other audio in the place of what there was; false where there is no room, nothing where there is no such sound. */
  replace(
    id: string,
    change: Change<SoundRecord>,
    content: WithAudio,
  ): Promise<SoundRecord | false | undefined>;
  update(id: string, change: Change<SoundRecord>): Promise<SoundRecord | undefined>;
  /** @throws PointedToError where flows or queues play it, and there is no other of its name */
  delete(id: string, time: string, deletion?: Deletion<SoundRecord>): Promise<SoundRecord | undefined>;
}
