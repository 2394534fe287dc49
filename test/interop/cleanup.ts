import { afterAll } from "vitest";

type Task = () => unknown;

const tasks: Task[] = [];

/** Runs at the end of the test file, last registered first, also when tests or their set-up failed. */
export const atEnd = (task: Task): void => {
  tasks.push(task);
};

afterAll(async () => {
  const failures: unknown[] = [];
  for (const task of tasks.splice(0).reverse()) {
    try {
      await task();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "clean-up failed");
});
