import { digitsOption, sendDigits } from '../calls/digits-sending.ts';
import { defineAction } from '../flows/action.ts';

export default defineAction({
  type: 'digits_send',
  summary: 'Sends `digits` to the caller as RFC 4733 events, and is done when the last one is out.',
  needs: 'answered call',
  option: digitsOption,
  example: { digits: '1234', duration: 200, interval: 100 },
  command: {
    operationId: 'sendDigitsToCall',
    summary: 'Send digits to a call',
    way: { method: 'post', name: 'digits' },
  },

  async run({ call, signal, keep, left }, wanted) {
    await sendDigits(call, wanted, { signal, keep, left });
    return undefined;
  },
});
