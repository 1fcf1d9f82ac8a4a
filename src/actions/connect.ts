import * as z from 'zod';
import { addressSchema } from '../calls/address.ts';
import { callerOf } from '../calls/referral.ts';
import { milliseconds } from '../core/units.ts';
import { defineAction } from '../flows/action.ts';
import { agentsOf } from '../flows/written-addresses.ts';
import { allParties } from '../outgoing/all-parties.ts';
import { connect } from '../outgoing/connecting.ts';
import {
  callerName,
  followRedirects,
  headersOf,
  mostDestinations,
  ringTimeout,
  sipHeaders,
  source,
} from '../outgoing/outgoing-options.ts';
import { digitsOption } from '../ports/digits-option.ts';
import { musicOf, musicOption } from '../ports/music.ts';

const destination = z.strictObject({
  ...addressSchema.shape,
  delay: milliseconds(0, 600_000)
    .default(0)
    .describe('how long after the others it is rung, in milliseconds'),
});

const option = z.strictObject({
  source: source.describe("who calls, for the callee; this call's caller where missing"),
  destinations: z
    .array(destination)
    .min(1)
    .max(mostDestinations)
    .describe('who is rung, 1 to 20; an agent at his addresses, unless he is `away`'),
  early_media: z
    .boolean()
    .default(false)
    .describe('the caller hears what the callee sends before the answer'),
  relay_reason: z
    .boolean()
    .default(false)
    .describe('where nobody answers, or the callee hangs up, the caller is hung up with the same reason'),
  timeout: ringTimeout.describe('how long each leg may ring, in milliseconds'),
  ring_method: z
    .enum(['ringall', 'linear'])
    .default('ringall')
    .describe('all at once, or one after the other'),
  headers: sipHeaders.describe('of the INVITE'),
  caller_id_name: callerName(128),
  duration: milliseconds(0, 86_400_000)
    .default(0)
    .describe('how long they may talk, in milliseconds; 0: no limit'),
  follow_redirects: followRedirects,
  time_warning: milliseconds(0, 3_600_000)
    .default(0)
    .describe('so many milliseconds before `duration` is over both hear a beep; 0: none'),
  digits: digitsOption,
  music: musicOption.describe('what either hears while the phone of the other holds; empty: the usual'),
});

export default defineAction({
  type: 'connect',
  summary:
    'Calls the destinations and connects the first who answers; goes on when either leaves or nobody answers. Sets `voipbin.connect.*`.',
  needs: 'call',
  option,
  example: {
    source: { type: 'tel', target: '+11111111111111' },
    destinations: [{ type: 'tel', target: '+222222222222222' }],
  },
  refersTo: agentsOf,

  async run(context, wanted) {
    const connecting = {
      source: wanted.source ?? callerOf(context.call),
      callerName: wanted.caller_id_name || undefined,
      headers: headersOf(wanted.headers),
      timeout: wanted.timeout,
      duration: wanted.duration,
      warning: wanted.time_warning,
      earlyMedia: wanted.early_media,
      relayReason: wanted.relay_reason,
      redirects: wanted.follow_redirects,
      absorbsDigits: wanted.digits === 'absorb',
      music: musicOf(context.ports, wanted.music),
    };
    return connect(context, connecting, async () => {
      const parties = await allParties(context, wanted.destinations);
      const [only] = parties;
      return {
        destinations: parties.flatMap(({ addresses, asked: { delay } }) =>
          addresses.map((address) => ({ ...address, delay })),
        ),
        // One agent is rung as he likes it.
        method: parties.length === 1 && only?.method === 'linear' ? 'linear' : wanted.ring_method,
      };
    });
  },
});
