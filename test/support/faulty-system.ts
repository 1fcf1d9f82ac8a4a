import { FaultProxy } from './fault-proxy.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { System, type SystemOptions } from './system.ts';

export interface Dialled {
  readonly call: OutgoingCall;
  readonly callId: string;
}

/** A whole system whose daemon reaches Asterisk through a proxy that makes what a test wants of it. */
export class FaultySystem implements AsyncDisposable {
  readonly system: System;
  readonly proxy: FaultProxy;

  private constructor(system: System, proxy: FaultProxy) {
    this.system = system;
    this.proxy = proxy;
  }

  static async start(options: SystemOptions = {}): Promise<FaultySystem> {
    const made: FaultProxy[] = [];
    const system = await System.start({
      ...options,
      env: { ARIFLOW_ARI_TRANSPORT: 'websocket', ...options.env },
      ariFor: async (ariUrl) => {
        const proxy = await FaultProxy.to(ariUrl);
        made.push(proxy);
        return proxy.url;
      },
    });
    const [proxy] = made;
    if (!proxy) throw new Error('the system asked for no proxy');
    return new FaultySystem(system, proxy);
  }

  /** Dials a number; resolves when it is answered. */
  async dial(number: string): Promise<Dialled> {
    const call = await (await this.system.caller()).call(number);
    await call.answered;
    return { call, callId: await this.system.callTo(number) };
  }

  /** The ids of what Asterisk has. */
  async left(): Promise<readonly string[]> {
    const { ariUrl, ariUser, ariPassword } = this.system.asterisk;
    const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`;
    const lists = ['channels', 'bridges'].map(async (what) => {
      const found = await (await fetch(`${ariUrl}/${what}`, { headers: { authorization } })).json();
      return (found as { readonly id: string }[]).map(({ id }) => id); // ARI lists are arrays
    });
    return (await Promise.all(lists)).flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.system[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
  }
}
