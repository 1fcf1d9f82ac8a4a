import { defineAction } from '../flows/action.ts';
import { besideFlow } from '../flows/beside-the-flow.ts';
import { isSsml } from '../ports/speech.ts';
import { speak, talkOption } from '../speech/speaking.ts';

export default defineAction({
  type: 'talk',
  summary:
    'Speaks text or SSML to the caller and waits for the end, or for a digit with `digits_handle: next`.',
  needs: 'answered call',
  answers: ({ answer }) => answer,
  option: talkOption,
  example: { text: 'Hello. Welcome.', language: 'en-US' },
  ssml: ['text'],
  command: { operationId: 'talkToCall', summary: 'Say something to a call', until: 'prompts' },

  escape: (path, { text }) => (path === 'text' && typeof text === 'string' && isSsml(text) ? 'xml' : 'none'),

  async run(context, wanted) {
    const { call, id, ports, keep, left } = context;
    const say = ({ signal }: Pick<typeof context, 'signal'>): Promise<void> =>
      speak(call, ports.speech, wanted, { id, keep, left, signal });
    if (wanted.async) await besideFlow(context, say);
    else await say(context);
    return undefined;
  },
});
