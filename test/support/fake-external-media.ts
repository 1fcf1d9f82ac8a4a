import type { Call } from '../../src/calls/call.ts';
import { sleep } from '../../src/core/wait.ts';
import type {
  ExternalMediaFacts,
  ExternalMediaNews,
  ExternalMediaPort,
  ExternalMediaReason,
  ExternalMediaRequest,
} from '../../src/ports/external-media.ts';

interface Row {
  readonly callId: string;
  readonly facts: ExternalMediaFacts;
  readonly activeflowId: string;
}

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
  /** What is stored of those that run, by their ids. */
  readonly rows = new Map<string, Row>();
  #isDead = false;

  /** With what was stored when the life before was killed. */
  constructor(before?: FakeExternalMedia) {
    for (const [id, row] of before?.rows ?? []) this.rows.set(id, row);
  }

  readonly port: ExternalMediaPort = {
    start: async (call, request, tell, signal) => {
      const known = this.running.find(({ facts }) => facts.id === request.id);
      if (known) return known.facts;
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

  /** Nothing of it reaches anybody any more. */
  die(): void {
    this.#isDead = true;
  }

  /** Those of calls that live on go on. */
  takeUp(
    callOf: (id: string) => Call | undefined,
    tellOf: (activeflowId: string, callId: string) => ExternalMediaNews,
  ): void {
    for (const { callId, facts, activeflowId } of this.rows.values()) {
      const call = callOf(callId);
      if (call) this.#run(call, facts, tellOf(activeflowId, callId));
    }
  }

  #begin(call: Call, { id }: ExternalMediaRequest, tell: ExternalMediaNews): ExternalMediaFacts {
    const facts = { id, local_ip: '127.0.0.1', local_port: 4_000, media_uri: '' };
    this.rows.set(id, { callId: call.id, facts, activeflowId: tell.activeflowId });
    this.#run(call, facts, tell);
    tell.started(facts);
    return facts;
  }

  #run(call: Call, facts: ExternalMediaFacts, tell: ExternalMediaNews): void {
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
      if (this.#isDead) return;
      this.rows.delete(facts.id);
      tell.stopped(facts, why);
    });
    this.running.push(running);
  }
}
