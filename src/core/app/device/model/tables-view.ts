import { emptyImage, type Image } from "./image.ts";
import type { LoadableIndex, Model } from "./model.ts";

/** What the group objects work with. Images are the same value as long as nothing changed in them. */
export type TablesView = Readonly<{
  /** null: not loaded. */
  addresses: Image | null;
  associations: Image | null;
  objects: Image | null;
  /** What ETS wrote for the application. */
  program: Image | null;
  /** The application program runs. */
  running: boolean;
}>;

export const loadedTables = (model: Model): TablesView => ({
  addresses: tableOf(model, 1),
  associations: tableOf(model, 2),
  objects: tableOf(model, 3),
  program: tableOf(model, 4),
  running: model.loadables[4].run === "running",
});

export const sameTables = (a: TablesView, b: TablesView): boolean =>
  a.addresses === b.addresses &&
  a.associations === b.associations &&
  a.objects === b.objects &&
  a.program === b.program &&
  a.running === b.running;

const tableOf = ({ loadables }: Model, index: LoadableIndex): Image | null => {
  const { state, segment } = loadables[index];
  return state === "loaded" ? (segment?.image ?? NO_ENTRIES) : null;
};

/** Loaded, but nothing was ever allocated: no octets, so a table without entries. */
const NO_ENTRIES = emptyImage(0, 0);
