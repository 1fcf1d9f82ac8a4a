import { muteOption } from '../calls/mute-option.ts';
import { ordered } from '../calls/ordered.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'unmute',
  summary: 'Lets the caller be heard again, or hear. It is no failure where it was not muted.',
  needs: 'answered call',
  option: muteOption,
  example: { direction: 'in' },
  command: {
    operationId: 'unmuteCall',
    summary: 'Undo that',
    way: { method: 'delete', name: 'mute' },
    until: 'orders',
  },

  async run({ call, signal }, { direction }) {
    await ordered(call, 'MUTE_FAILED', () => call.muting.unmute(direction), signal);
  },
});
