// The package is CommonJS; its two names that we use are given here once.
import { UA, WebSocketInterface } from 'jssip';

export type { RTCSession } from 'jssip/lib/RTCSession.js';
export type { RTCSessionEvent } from 'jssip/lib/UA.js';
export { UA, WebSocketInterface };
