import { AriSocket, type SocketOptions } from './ari-socket.ts';
import { AriError, type AriRequest, type AriSender, type AriTransport } from './transport.ts';

/** Sockets for requests that wait for a channel's thread. One busy channel then delays a third of these, and nothing else. */
const blockingLanes = 3;

const laneName = '-lane-';

/** Whether an application is a lane of some daemon that serves this one, and not of the process `except`. */
export function isLaneOf(app: string, name: string, except?: number): boolean {
  const [, pid] = /^(\d+)-\d+$/.exec(name.slice(app.length + laneName.length)) ?? [];
  return name.startsWith(`${app}${laneName}`) && pid !== undefined && Number(pid) !== except;
}

/**
 * REST over WebSocket in lanes: urgent requests share the socket of the events, so that their answers and the events
 * they cause are one ordered stream; blocking ones go over sockets of their own, the least busy first.
 */
export class SocketLanes implements AriTransport {
  #urgent: AriSender | undefined;
  readonly #blocking: readonly AriSocket[];

  private constructor(blocking: readonly AriSocket[]) {
    this.#blocking = blocking;
  }

  /** Opens the blocking lanes; `options.onClose` tells when any of them is lost. */
  static async open(options: SocketOptions, signal: AbortSignal): Promise<SocketLanes> {
    const lanes: AriSocket[] = [];
    try {
      for (let lane = 1; lane <= blockingLanes; lane++) {
        // Asterisk wants an application for every socket; nothing is ever sent to these.
        const app = `${options.app}${laneName}${process.pid}-${lane}`;
        lanes.push(await AriSocket.connect({ ...options, app, onEvent: () => undefined }, signal));
      }
    } catch (error) {
      for (const lane of lanes) lane.close();
      throw error;
    }
    return new SocketLanes(lanes);
  }

  /** The events' socket, which carries the urgent requests. */
  useSocket(urgent: AriSender): void {
    this.#urgent = urgent;
  }

  send(request: AriRequest, signal?: AbortSignal): Promise<unknown> {
    const lane = request.operation.lane === 'urgent' ? this.#urgent : this.#leastBusy();
    return lane ? lane.send(request, signal) : Promise.reject(new AriError(0, 'ARI is not connected'));
  }

  async close(): Promise<void> {
    for (const lane of this.#blocking) lane.close();
  }

  #leastBusy(): AriSocket | undefined {
    return this.#blocking.reduce((least, lane) => (lane.inFlight < least.inFlight ? lane : least));
  }
}
