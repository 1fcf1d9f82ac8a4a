import { within } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { beside } from '../flows/beside-the-flow.ts';
import { transcribeOption } from '../ports/transcribe-option.ts';
import { transcribeFacts } from '../ports/transcribes.ts';

/** So long the flow waits to hear who listens, in milliseconds; then it goes on, and a failure is told by its event alone. */
const patience = 500;

export default defineAction({
  type: 'transcribe_start',
  summary:
    'Writes down what is said on the call, beside the flow, until it is stopped or the call is hung up: each sentence is a `transcript_created`.',
  needs: 'answered call',
  option: transcribeOption,
  example: { language: 'en-US', provider: 'gcp', direction: 'both' },
  hearer: () => 'provider',

  async run(context, wanted) {
    const { call, ports, variables, uuid, signal } = context;
    const start = async (): Promise<true> => {
      variables.note(transcribeFacts(await ports.transcribes.start(call, wanted, uuid('transcribe'))));
      return true;
    };
    const starting = start();
    if (!(await within(starting, patience, signal))) beside(context, () => starting);
  },
});
