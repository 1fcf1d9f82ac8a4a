import type { Channel, ChannelTransfer } from '../ari/events.gen.ts';
import type { Call } from '../calls/call.ts';

/** Whom a transfer is about. */
export interface Parties {
  /** The call of the phone that asks. */
  readonly asking: Call;
  /** Whom the phone wants to send elsewhere. */
  readonly other: Call | undefined;
  /** The phone's call with him: the one that asks, or its second one where it asks in the call with a flow. */
  readonly partner: Call;
  /** The phone's call where he is to go; none in a blind transfer. */
  readonly consultation: Call | undefined;
  /** Whom it talks to there: nobody where that is a flow's. */
  readonly consulted: Call | undefined;
  /** All that take part. */
  readonly all: readonly Call[];
  /** The number it wants him to be sent to. */
  readonly destination: string;
}

/** Who they are, by what Asterisk says of a REFER. */
export function partiesOf(
  asking: Call,
  { refer_to, referred_by }: ChannelTransfer,
  callOn: (channelId: string) => Call | undefined,
): Parties {
  const on = (channel: Channel | undefined): Call | undefined => channel && callOn(channel.id);
  const second = on(refer_to.destination_channel);
  const there = on(refer_to.connected_channel) ?? answeredLegOf(second);
  const here = on(referred_by.connected_channel);
  const destination = refer_to.requested_destination.destination ?? '';
  const all = [asking, second, here, there].filter((call) => call !== undefined);
  // Of two calls of a phone it is one and the same which it asks in: who talks to it goes where nobody does.
  if (!here && there && second)
    return {
      asking,
      other: there,
      partner: second,
      consultation: asking,
      consulted: undefined,
      all,
      destination,
    };
  return { asking, other: here, partner: asking, consultation: second, consulted: there, all, destination };
}

/** He has answered, and is just being brought together with the phone. */
function answeredLegOf(call: Call | undefined): Call | undefined {
  return call?.legs.find(({ isUp, hangupSignal }) => isUp && !hangupSignal.aborted);
}

/** The number to send him to. Where the phone hears a menu or waits there, the other party goes there himself. */
export function target({ consultation, destination }: Parties): string {
  if (!consultation) return numberIn(destination);
  const { direction, destination: dialled } = consultation.record;
  return direction === 'incoming' ? dialled.target : '';
}

/** `sip:1002@host;user=phone` or `1002`: what was dialled. */
function numberIn(destination: string): string {
  return destination.replace(/^<?sips?:/i, '').replace(/[@;>?].*$/, '');
}
