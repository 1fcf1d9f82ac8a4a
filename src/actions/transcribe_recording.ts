import { defineAction } from '../flows/action.ts';
import { transcribeOption } from '../ports/transcribe-option.ts';
import { transcribeFacts } from '../ports/transcribes.ts';

export default defineAction({
  type: 'transcribe_recording',
  summary:
    'Writes down what was said in the recordings of the call, beside the flow; in one that still runs as soon as it is done, also after the call.',
  needs: 'call',
  option: transcribeOption,
  example: { language: 'en-US', provider: 'gcp', direction: 'both' },
  hearer: () => 'provider',

  async run({ call, ports, variables, uuid, signal }, wanted) {
    const idFor = (recordingId: string): string => uuid('transcribe', recordingId);
    const started = await ports.transcribes.ofRecordings(call, wanted, { idFor, signal });
    const newest = started.at(-1);
    if (newest) variables.note(transcribeFacts(newest));
  },
});
