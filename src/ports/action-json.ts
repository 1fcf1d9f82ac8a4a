/** One action of a flow as stored and shown: ids filled in, options as written (not yet substituted). */
export interface ActionJson {
  readonly id: string;
  /** The zero UUID where none was given. */
  readonly next_id: string;
  readonly type: string;
  readonly option?: Readonly<Record<string, unknown>>;
  /** Ours: where the flow goes if this action fails. */
  readonly on_error_id?: string;
}
