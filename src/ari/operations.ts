/**
 * The operations of ARI we use, as data, so that every transport sends the same request. Names are Asterisk's own
 * nicknames, which is what `ari-client` calls its methods.
 */
export interface Operation {
  readonly resource: 'applications' | 'asterisk' | 'bridges' | 'channels' | 'playbacks' | 'recordings';
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below `/ari`, with `{parameters}`. */
  readonly path: string;
  /**
   * Asterisk handles the requests of one socket strictly one after the other. What waits for a channel's thread is
   * `blocking` and goes another way than the request that must stop a playback now.
   */
  readonly lane: 'urgent' | 'blocking';
}

const urgent = (
  resource: Operation['resource'],
  name: string,
  request: `${Operation['method']} ${string}`,
): Operation => operation(resource, name, request, 'urgent');

const blocking = (
  resource: Operation['resource'],
  name: string,
  request: `${Operation['method']} ${string}`,
): Operation => operation(resource, name, request, 'blocking');

function operation(
  resource: Operation['resource'],
  name: string,
  request: `${Operation['method']} ${string}`,
  lane: Operation['lane'],
): Operation {
  const [method, path] = request.split(' ') as [Operation['method'], string];
  return { resource, name, method, path, lane };
}

export const operations = {
  ping: urgent('asterisk', 'ping', 'GET asterisk/ping'),
  info: urgent('asterisk', 'getInfo', 'GET asterisk/info'),

  application: urgent('applications', 'get', 'GET applications/{applicationName}'),
  subscribe: urgent('applications', 'subscribe', 'POST applications/{applicationName}/subscription'),
  filterEvents: urgent('applications', 'filter', 'PUT applications/{applicationName}/eventFilter'),

  channels: urgent('channels', 'list', 'GET channels'),
  channel: urgent('channels', 'get', 'GET channels/{channelId}'),
  originate: blocking('channels', 'originate', 'POST channels'),
  answer: blocking('channels', 'answer', 'POST channels/{channelId}/answer'),
  hangup: urgent('channels', 'hangup', 'DELETE channels/{channelId}'),
  play: urgent('channels', 'play', 'POST channels/{channelId}/play'),
  startMoh: urgent('channels', 'startMoh', 'POST channels/{channelId}/moh'),
  stopMoh: urgent('channels', 'stopMoh', 'DELETE channels/{channelId}/moh'),
  getVariable: blocking('channels', 'getChannelVar', 'GET channels/{channelId}/variable'),
  setVariable: blocking('channels', 'setChannelVar', 'POST channels/{channelId}/variable'),

  playback: urgent('playbacks', 'get', 'GET playbacks/{playbackId}'),
  stopPlayback: urgent('playbacks', 'stop', 'DELETE playbacks/{playbackId}'),

  bridges: urgent('bridges', 'list', 'GET bridges'),
} as const satisfies Record<string, Operation>;
