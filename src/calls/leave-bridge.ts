import { within } from '../core/wait.ts';
import type { Call } from './call.ts';

/** How long Asterisk may take to do what it has accepted. */
const patience = 5_000;

/** Takes a call out of the bridge it is in, whosever that is; resolves when it is out. */
export async function leaveBridge(call: Call, signal: AbortSignal): Promise<void> {
  const { ari, channelId } = call;
  const bridges = await ari.bridges.list(signal);
  const bridge = bridges.find(({ channels }) => channels.includes(channelId));
  if (!bridge) return;
  using left = call.expect('ChannelLeftBridge', (event) => event.bridge.id === bridge.id, signal);
  await ari.bridges.remove(bridge.id, channelId, signal);
  await within(left.event, patience, signal);
}
