import { LiveTable } from './live-table.ts';

/** What was said goes with the transcription that it is of. */
export class TranscriptTable extends LiveTable<'transcripts'> {
  async forget(transcribeId: string): Promise<void> {
    await this.engine.database.deleteFrom('transcripts').where('transcribe_id', '=', transcribeId).execute();
  }
}
