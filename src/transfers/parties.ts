import type { Channel, ChannelTransfer } from '../ari/events.gen.ts';
import type { Call } from '../calls/call.ts';

/** Whom a transfer is about. */
export interface Parties {
  /** The call of the phone that asks. */
  readonly asking: Call;
  /** Whom the phone talks to and wants to send away. */
  readonly other: Call | undefined;
  /** The phone's other call, where there is one. */
  readonly consultation: Call | undefined;
  /** Whom it talks to there. */
  readonly consulted: Call | undefined;
  /** All but the one that asks. */
  readonly others: readonly Call[];
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
  const consultation = on(refer_to.destination_channel);
  const other = on(referred_by.connected_channel);
  const consulted = on(refer_to.connected_channel) ?? answeredLegOf(consultation);
  const others = [other, consultation, consulted].filter((call) => call !== undefined);
  const destination = refer_to.requested_destination.destination ?? '';
  return { asking, other, consultation, consulted, others, destination };
}

/** He has answered, and is just being brought together with the phone. */
function answeredLegOf(call: Call | undefined): Call | undefined {
  return call?.legs.find(({ isUp, hangupSignal }) => isUp && !hangupSignal.aborted);
}

/** The number to send him to. Where the phone hears a menu or waits there, the other party goes there himself. */
export function target({ consultation, destination }: Parties): string {
  return consultation?.record.destination.target ?? numberIn(destination);
}

/** `sip:1002@host;user=phone` or `1002`: what was dialled. */
function numberIn(destination: string): string {
  return destination.replace(/^<?sips?:/i, '').replace(/[@;>?].*$/, '');
}
