/**
 * The operations of ARI we use, as data, so that every transport sends the same request. Names are Asterisk's own
 * nicknames, which is what `ari-client` calls its methods.
 */
export interface Operation {
  readonly resource:
    | 'applications'
    | 'asterisk'
    | 'bridges'
    | 'channels'
    | 'endpoints'
    | 'events'
    | 'playbacks'
    | 'recordings'
    | 'sounds';
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
  updateObject: urgent(
    'asterisk',
    'updateObject',
    'PUT asterisk/config/dynamic/{configClass}/{objectType}/{id}',
  ),
  deleteObject: urgent(
    'asterisk',
    'deleteObject',
    'DELETE asterisk/config/dynamic/{configClass}/{objectType}/{id}',
  ),
  module: urgent('asterisk', 'getModule', 'GET asterisk/modules/{moduleName}'),
  reloadModule: blocking('asterisk', 'reloadModule', 'PUT asterisk/modules/{moduleName}'),
  getGlobalVariable: urgent('asterisk', 'getGlobalVar', 'GET asterisk/variable'),
  setGlobalVariable: urgent('asterisk', 'setGlobalVar', 'POST asterisk/variable'),

  // Over the events' own socket these would not be answered where the application is not there.
  applications: blocking('applications', 'list', 'GET applications'),
  application: blocking('applications', 'get', 'GET applications/{applicationName}'),
  subscribe: urgent('applications', 'subscribe', 'POST applications/{applicationName}/subscription'),
  filterEvents: urgent('applications', 'filter', 'PUT applications/{applicationName}/eventFilter'),
  sendEvent: urgent('events', 'userEvent', 'POST events/user/{eventName}'),

  channels: urgent('channels', 'list', 'GET channels'),
  channel: urgent('channels', 'get', 'GET channels/{channelId}'),
  originate: blocking('channels', 'originate', 'POST channels'),
  create: blocking('channels', 'create', 'POST channels/create'),
  dial: urgent('channels', 'dial', 'POST channels/{channelId}/dial'),
  externalMedia: blocking('channels', 'externalMedia', 'POST channels/externalMedia'),
  snoop: urgent('channels', 'snoopChannelWithId', 'POST channels/{channelId}/snoop/{snoopId}'),
  answer: blocking('channels', 'answer', 'POST channels/{channelId}/answer'),
  ring: urgent('channels', 'ring', 'POST channels/{channelId}/ring'),
  stopRing: urgent('channels', 'ringStop', 'DELETE channels/{channelId}/ring'),
  progress: urgent('channels', 'progress', 'POST channels/{channelId}/progress'),
  hangup: urgent('channels', 'hangup', 'DELETE channels/{channelId}'),
  continueInDialplan: urgent('channels', 'continueInDialplan', 'POST channels/{channelId}/continue'),
  play: urgent('channels', 'play', 'POST channels/{channelId}/play'),
  record: urgent('channels', 'record', 'POST channels/{channelId}/record'),
  sendDtmf: urgent('channels', 'sendDTMF', 'POST channels/{channelId}/dtmf'),
  startMoh: urgent('channels', 'startMoh', 'POST channels/{channelId}/moh'),
  stopMoh: urgent('channels', 'stopMoh', 'DELETE channels/{channelId}/moh'),
  hold: urgent('channels', 'hold', 'POST channels/{channelId}/hold'),
  unhold: urgent('channels', 'unhold', 'DELETE channels/{channelId}/hold'),
  mute: urgent('channels', 'mute', 'POST channels/{channelId}/mute'),
  unmute: urgent('channels', 'unmute', 'DELETE channels/{channelId}/mute'),
  rtpStatistics: urgent('channels', 'rtpstatistics', 'GET channels/{channelId}/rtp_statistics'),
  startSilence: urgent('channels', 'startSilence', 'POST channels/{channelId}/silence'),
  stopSilence: urgent('channels', 'stopSilence', 'DELETE channels/{channelId}/silence'),
  getVariable: blocking('channels', 'getChannelVar', 'GET channels/{channelId}/variable'),
  setVariable: blocking('channels', 'setChannelVar', 'POST channels/{channelId}/variable'),
  transferProgress: urgent('channels', 'transfer_progress', 'POST channels/{channelId}/transfer_progress'),

  playback: urgent('playbacks', 'get', 'GET playbacks/{playbackId}'),
  controlPlayback: urgent('playbacks', 'control', 'POST playbacks/{playbackId}/control'),
  stopPlayback: urgent('playbacks', 'stop', 'DELETE playbacks/{playbackId}'),

  bridges: urgent('bridges', 'list', 'GET bridges'),
  createBridge: urgent('bridges', 'createWithId', 'POST bridges/{bridgeId}'),
  destroyBridge: urgent('bridges', 'destroy', 'DELETE bridges/{bridgeId}'),
  addChannel: blocking('bridges', 'addChannel', 'POST bridges/{bridgeId}/addChannel'),
  removeChannel: blocking('bridges', 'removeChannel', 'POST bridges/{bridgeId}/removeChannel'),
  playToBridge: urgent('bridges', 'play', 'POST bridges/{bridgeId}/play'),
  recordBridge: urgent('bridges', 'record', 'POST bridges/{bridgeId}/record'),
  startBridgeMoh: urgent('bridges', 'startMoh', 'POST bridges/{bridgeId}/moh'),
  stopBridgeMoh: urgent('bridges', 'stopMoh', 'DELETE bridges/{bridgeId}/moh'),

  storedRecording: urgent('recordings', 'getStored', 'GET recordings/stored/{recordingName}'),
  deleteStoredRecording: urgent('recordings', 'deleteStored', 'DELETE recordings/stored/{recordingName}'),
  liveRecording: urgent('recordings', 'getLive', 'GET recordings/live/{recordingName}'),
  stopRecording: urgent('recordings', 'stop', 'POST recordings/live/{recordingName}/stop'),
  pauseRecording: urgent('recordings', 'pause', 'POST recordings/live/{recordingName}/pause'),
  unpauseRecording: urgent('recordings', 'unpause', 'DELETE recordings/live/{recordingName}/pause'),

  sound: urgent('sounds', 'get', 'GET sounds/{soundId}'),

  endpointsOf: urgent('endpoints', 'listByTech', 'GET endpoints/{tech}'),
  endpoint: urgent('endpoints', 'get', 'GET endpoints/{tech}/{resource}'),
  sendMessage: blocking('endpoints', 'sendMessage', 'PUT endpoints/sendMessage'),
} as const satisfies Record<string, Operation>;
