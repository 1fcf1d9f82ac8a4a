import type { LiveRecording } from './events.gen.ts';
import { operations } from './operations.ts';
import type { AriSender } from './transport.ts';

/** What is recorded, and into which file: `name` below the recordings of Asterisk, without the ending that `format` gives it. */
export interface Recording {
  readonly name: string;
  readonly format: string;
}

/** The recordings half of the port: names are ours, every operation may throw `AriError`. */
export class AriRecordings {
  readonly #sender: AriSender;

  constructor(sender: AriSender) {
    this.#sender = sender;
  }

  /** What the channel sends; a snoop sends what it hears. Accepted is not begun: that is `RecordingStarted`. */
  async ofChannel(channelId: string, { name, format }: Recording, signal?: AbortSignal): Promise<void> {
    const query = { name, format, ifExists: 'overwrite' };
    await this.#sender.send({ operation: operations.record, path: { channelId }, query }, signal);
  }

  /** Everything in the bridge, mixed. */
  async ofBridge(bridgeId: string, { name, format }: Recording, signal?: AbortSignal): Promise<void> {
    const query = { name, format, ifExists: 'overwrite' };
    await this.#sender.send({ operation: operations.recordBridge, path: { bridgeId }, query }, signal);
  }

  async live(recordingName: string, signal?: AbortSignal): Promise<LiveRecording> {
    const request = { operation: operations.liveRecording, path: { recordingName } };
    return (await this.#sender.send(request, signal)) as LiveRecording;
  }

  /** Of one that waits behind a playback Asterisk says yes and begins it all the same. */
  async stop(recordingName: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.stopRecording, path: { recordingName } }, signal);
  }

  async pause(recordingName: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.pauseRecording, path: { recordingName } }, signal);
  }

  async resume(recordingName: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.unpauseRecording, path: { recordingName } }, signal);
  }

  /** Whether there is a finished recording of this name. */
  async stored(recordingName: string, signal?: AbortSignal): Promise<Recording> {
    const request = { operation: operations.storedRecording, path: { recordingName } };
    return (await this.#sender.send(request, signal)) as Recording;
  }

  async deleteStored(recordingName: string, signal?: AbortSignal): Promise<void> {
    await this.#sender.send({ operation: operations.deleteStoredRecording, path: { recordingName } }, signal);
  }
}
