import type { Endpoint } from './events.gen.ts';
import { operations } from './operations.ts';
import { AriError, type AriSender } from './transport.ts';

/** A piece of Asterisk's configuration that can be written while it runs: `endpoint`, `auth`, `aor` and more of its SIP. */
export interface ConfigObject {
  readonly type: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What else it stands on: with another it is another. */
  readonly basis?: string;
}

const configClass = 'res_pjsip';

/** The configuration half of the port: for an Asterisk with our `sorcery.conf`. Every operation may throw `AriError`. */
export class AriConfig {
  readonly #sender: AriSender;

  constructor(sender: AriSender) {
    this.#sender = sender;
  }

  /** Makes the object, or changes the fields given of one that is there. */
  async put({ type, id, fields }: ConfigObject, signal?: AbortSignal): Promise<void> {
    const path = { configClass, objectType: type, id };
    const body = { fields: Object.entries(fields).map(([attribute, value]) => ({ attribute, value })) };
    await this.#sender.send({ operation: operations.updateObject, path, body }, signal);
  }

  /** Also where it is not there. */
  async remove({ type, id }: Omit<ConfigObject, 'fields'>, signal?: AbortSignal): Promise<void> {
    const path = { configClass, objectType: type, id };
    try {
      await this.#sender.send({ operation: operations.deleteObject, path }, signal);
    } catch (error) {
      if (!(error instanceof AriError) || error.status !== 404) throw error;
    }
  }

  /** Whether a part of Asterisk is loaded. */
  async hasModule(moduleName: string, signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#sender.send({ operation: operations.module, path: { moduleName } }, signal);
      return true;
    } catch (error) {
      if (error instanceof AriError && (error.status === 404 || error.status === 409)) return false;
      throw error;
    }
  }

  /** A part of Asterisk reads its configuration again, and with it the certificates that are named there; calls go on. */
  async reload(moduleName: string, signal?: AbortSignal): Promise<void> {
    const path = { moduleName };
    await this.#sender.send({ operation: operations.reloadModule, path }, signal);
  }

  /** Reads the classes of music on hold again; whoever hears one that is gone, or another one now, hears it on. */
  async reloadMusic(signal?: AbortSignal): Promise<void> {
    const path = { moduleName: 'res_musiconhold.so' };
    await this.#sender.send({ operation: operations.reloadModule, path }, signal);
  }

  /** The SIP endpoints there are, whoever has made them. */
  async endpoints(signal?: AbortSignal): Promise<readonly Endpoint[]> {
    const request = { operation: operations.endpointsOf, path: { tech: 'PJSIP' } };
    return (await this.#sender.send(request, signal)) as Endpoint[];
  }

  /** The value of a global variable, empty where nobody has set it. */
  async global(variable: string, signal?: AbortSignal): Promise<string> {
    const request = { operation: operations.getGlobalVariable, query: { variable } };
    const answer = (await this.#sender.send(request, signal)) as { value?: string } | undefined;
    return answer?.value ?? '';
  }
}
