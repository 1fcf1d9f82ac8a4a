/** What the daemon has answered instead of doing what it was asked for. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** What is wrong, and where. */
  readonly details: readonly { readonly path: string; readonly message: string }[];

  constructor(message: string, { status, details }: Pick<Refusal, 'status' | 'details'>) {
    super(message);
    this.status = status;
    this.details = details;
  }
}
