/** The fields to set; one that is missing or `undefined` stays as it is. */
export type Change<R> = { readonly [K in keyof R]?: R[K] | undefined };

/** How something is deleted. */
export interface Deletion<R> {
  /** Also where something points to it, which then points nowhere. */
  readonly isForced?: boolean;
  /** The fields that change together with the deletion. */
  readonly last?: Change<R>;
}

/** How records that users make are written. */
export interface Changes<R> {
  /** @throws StoreError `conflict` where the id or a unique field is taken, `dangling` where it points to what is not there. */
  insert(record: R): Promise<void>;
  /**
   * Changes the fields given, whoever else changes others meanwhile; `undefined` where there is no such record, or it is not
   * as expected. @throws StoreError `dangling` where it is to point to what is not there
   */
  update(id: string, change: Change<R>, isExpected?: (record: R) => boolean): Promise<R | undefined>;
  /** Sets `tm_delete` and `tm_update`; answers the record as it then is. @throws PointedToError unless it is forced */
  delete(id: string, time: string, deletion?: Deletion<R>): Promise<R | undefined>;
}

/** Changes that are each written together with an event of this type. */
export type Told<T extends string, R> = (type: T) => Changes<R>;
