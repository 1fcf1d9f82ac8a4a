import type { AgentRecord } from '../../agents/agent-record.ts';
import type { AgentRecords } from '../../agents/agents.ts';
import { MemoryRecords } from './records.ts';

/** Agents in memory, and which of them are on a call. */
export class MemoryAgents extends MemoryRecords<AgentRecord> implements AgentRecords {
  readonly #holds = new Set<string>();
  readonly #ends = new Map<string, number>();

  async all(): Promise<readonly AgentRecord[]> {
    return this.live;
  }

  async hold(id: string): Promise<boolean> {
    if (this.#holds.has(id)) return false;
    this.#holds.add(id);
    return true;
  }

  async letGo(id: string): Promise<void> {
    this.#holds.delete(id);
    this.#ends.delete(id);
  }

  async holdUntil(id: string, instant: number): Promise<void> {
    this.#ends.set(id, instant);
  }

  async endsOfHolds(): Promise<ReadonlyMap<string, number>> {
    return this.#ends;
  }

  async held(): Promise<readonly string[]> {
    return [...this.#holds];
  }
}
