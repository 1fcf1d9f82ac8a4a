/** Told of an event, as webhooks get it. */
export type Telling = (type: string, data: object) => void;

/** Told of what comes later, or beside the call: that is not simulated. */
export type Planning = (what: string, data: object) => void;
