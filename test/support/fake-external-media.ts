import type { Call } from '../../src/calls/call.ts';
import { sleep } from '../../src/core/wait.ts';
import type {
  ExternalMediaFacts,
  ExternalMediaNews,
  ExternalMediaPort,
  ExternalMediaReason,
  ExternalMediaRequest,
} from '../../src/ports/external-media.ts';

interface Running {
  readonly call: Call;
  readonly facts: ExternalMediaFacts;
  readonly end: (reason: ExternalMediaReason) => void;
}

/** External media without audio. */
export class FakeExternalMedia {
  /** What was asked for, oldest first. */
  readonly requests: ExternalMediaRequest[] = [];
  readonly running: Running[] = [];
  /** How long a start takes, in milliseconds. */
  duration = 0;
  /** What goes wrong. */
  failure: Error | undefined;

  readonly port: ExternalMediaPort = {
    start: async (call, request, tell, signal) => {
      this.requests.push(request);
      if (this.duration > 0) await sleep(this.duration, signal);
      if (this.failure) throw this.failure;
      return this.#begin(call, request, tell);
    },
    stop: async (call, id) => {
      const those = this.running.filter(
        (media) => media.call === call && (id === '' || media.facts.id === id),
      );
      for (const { end } of those) end('stopped');
    },
  };

  #begin(call: Call, { id }: ExternalMediaRequest, tell: ExternalMediaNews): ExternalMediaFacts {
    const facts = { id, local_ip: '127.0.0.1', local_port: 4_000, media_uri: '' };
    const scope = call.scope.child();
    let why: ExternalMediaReason = 'hangup';
    const running: Running = {
      call,
      facts,
      end: (reason) => {
        why = reason;
        void scope.close();
      },
    };
    scope.defer(() => {
      this.running.splice(this.running.indexOf(running), 1);
      tell.stopped(facts, why);
    });
    this.running.push(running);
    tell.started(facts);
    return facts;
  }
}
