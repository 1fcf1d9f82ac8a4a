import * as z from 'zod';
import { addressSchema } from '../calls/address.ts';
import { ownHost, type Referred, refer } from '../calls/refer.ts';
import { dismiss } from '../calls/trial.ts';
import { milliseconds } from '../core/units.ts';
import { defineAction } from '../flows/action.ts';

const option = z.strictObject({
  destination: addressSchema.describe('where the phone is to call: `tel`, `sip` or `extension`'),
  timeout: milliseconds(1_000, 120_000)
    .default(30_000)
    .describe('how long it may take until the phone says what came of it, in milliseconds'),
  hangup: z
    .boolean()
    .default(true)
    .describe('where it has got through there, the call is hung up, and the flow ends'),
});

export default defineAction({
  type: 'sip_refer',
  summary:
    'Asks the phone of the call to call somewhere else (REFER); goes on where that came to nothing. Sets `voipbin.refer.*`.',
  needs: 'answered call',
  option,
  example: { destination: { type: 'extension', target: '1002' }, timeout: 20_000 },

  async run({ call, id, ports, publish, signal, variables }, { destination, timeout, hangup }) {
    const note = (result: Referred['result'] | '', sipCode: number): void =>
      variables.note({ 'voipbin.refer.result': result, 'voipbin.refer.sip_code': String(sipCode) });
    note('failed', 0); // so it is, whatever keeps it from being tried
    const uri = ports.outgoing.uriOf(destination, await ownHost(call, signal));
    const { result, sipCode } = await refer(call, { uri, timeout, id }, signal);
    note(result, sipCode);
    publish({ type: 'refer_finished', data: { result, sip_code: sipCode } });
    if (result !== 'transferred' || !hangup) return undefined;
    dismiss(call, 'normal');
    return { go: 'finish' };
  },
});
