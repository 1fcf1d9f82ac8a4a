import { within } from '../core/wait.ts';
import type { Call } from './call.ts';

/** How long Asterisk may take to do what it has accepted. */
const patience = 5_000;

/** Takes a call out of the bridge it is in, whosever that is; resolves when it is out. */
export async function leaveBridge(call: Call, signal: AbortSignal): Promise<void> {
  const { ari, channelId } = call;
  // Before it is asked for: the bridge may be destroyed meanwhile, and who has left it leaves it no second time.
  using left = call.expect('ChannelLeftBridge', () => true, signal);
  const bridges = await ari.bridges.list(signal);
  const bridge = bridges.find(({ channels }) => channels.includes(channelId));
  if (!bridge) return;
  await ari.bridges.remove(bridge.id, channelId, signal);
  await within(left.event, patience, signal);
}
