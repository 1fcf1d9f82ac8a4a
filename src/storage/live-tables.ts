import { type Kind, kinds } from '../news/kinds.ts';
import { CallTable } from './calls.ts';
import { ConversationTable } from './conversations.ts';
import type { Engine } from './engine.ts';
import { LiveTable } from './live-table.ts';
import { MessageTable } from './messages.ts';
import { QueuecallTable } from './queuecalls.ts';
import { RecordingTable } from './recordings.ts';
import { TranscriptTable } from './transcripts.ts';
import { VoicemailTable } from './voicemails.ts';

/** A table for each kind of what lives. */
export type LiveTables = { readonly [K in Kind]: LiveTable<K> } & {
  readonly calls: CallTable;
  readonly queuecalls: QueuecallTable;
  readonly recordings: RecordingTable;
  readonly transcripts: TranscriptTable;
  readonly voicemails: VoicemailTable;
};

export function liveTables(engine: Engine): LiveTables {
  const plain = Object.keys(kinds).map((kind) => [kind, new LiveTable(engine, kind as Kind)]);
  return {
    ...(Object.fromEntries(plain) as { [K in Kind]: LiveTable<K> }), // each under its own name
    calls: new CallTable(engine, 'calls'),
    conversations: new ConversationTable(engine, 'conversations'),
    messages: new MessageTable(engine, 'messages'),
    queuecalls: new QueuecallTable(engine, 'queuecalls'),
    recordings: new RecordingTable(engine, 'recordings'),
    transcripts: new TranscriptTable(engine, 'transcripts'),
    voicemails: new VoicemailTable(engine, 'voicemails'),
  };
}
