/** What was done so far, with what undoes it. */
export interface Steps {
  /** Notes what undoes the step that comes now or has just been taken. */
  undoneBy(undo: () => void | Promise<void>): void;
  /**
   * Undoes everything, the last step first, also what comes after an undoing that failed.
   *
   * @throws {AggregateError} of all that failed
   */
  undo(): Promise<void>;
}

/** Steps that are taken back in the reverse order. */
export function createSteps(): Steps {
  const undoing: (() => void | Promise<void>)[] = [];
  return {
    undoneBy: (undo) => void undoing.push(undo),
    async undo() {
      const failures: unknown[] = [];
      for (const undo of undoing.splice(0).reverse()) {
        try {
          await undo();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, "not everything was undone");
    },
  };
}
